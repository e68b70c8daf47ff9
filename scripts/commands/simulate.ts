/** `npm run simulate`: the real engine under virtual time and seeded faults; see test/simulate.ts. */
import '../../test/simulate.ts'
