/** `npm run demo:check`: the flights job in real parts, under seeded crashes; see browser-demo/check.ts. */
import { useChromium } from '../chromium.ts'

useChromium()
await import('../../browser-demo/check.ts')
