/** `npm run build`: the Wasm core (built before this runs), the page, and the worker that serves it at the edge. */
import { buildPage } from '../../browser-demo/build-page.ts'

console.log(`The page is in ${await buildPage()}`)
