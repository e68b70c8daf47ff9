/** `npm run sizes`: what the packages weigh, bundled, minified and compressed. */
import { layOutPackages } from '../release/lay-out.ts'
import { measureSizes, sizesTable } from '../release/sizes.ts'

await using laidOut = await layOutPackages()
console.log(sizesTable(await measureSizes(laidOut.folder)))
