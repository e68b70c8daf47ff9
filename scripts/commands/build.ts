/** `npm run build`: the Wasm core (built before this runs), the demo's page and its worker, and the packages as they are published. */
import { join } from 'node:path'
import { buildEdge, buildPage } from '../../browser-demo/build-demo.ts'
import { buildPackages } from '../release/build-packages.ts'
import { root } from '../release/packages.ts'

console.log(`The page is in ${await buildPage()}`)
console.log(`The edge's worker is in ${(await buildEdge()).modulesRoot}`)
for (const { name, folder } of await buildPackages(join(root, 'build/packages'))) console.log(`${name} is in ${folder}`)
