/** `npm run build`: the Wasm core (built before this runs), the page, and the worker that serves it at the edge. */
import { buildEdge, buildPage } from '../../browser-demo/build-demo.ts'

console.log(`The page is in ${await buildPage()}`)
console.log(`The edge's worker is in ${(await buildEdge()).modulesRoot}`)
