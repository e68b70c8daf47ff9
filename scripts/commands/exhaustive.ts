/** `npm run exhaustive`: every interleaving of the real engine in small worlds; see test/exhaustive.ts. */
import '../../test/exhaustive.ts'
