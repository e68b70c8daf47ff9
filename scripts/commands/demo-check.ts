/** `npm run demo:check`: the flights job in real parts, under seeded crashes; see browser-demo/check.ts. */
import { ensureChromium } from '../chromium.ts'

process.env.CHROMIUM = ensureChromium()
await import('../../browser-demo/check.ts')
