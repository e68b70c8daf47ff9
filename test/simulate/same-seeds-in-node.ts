/** Prints what the seeds come to in Node, as JSON. */
import { runSameSeeds } from './same-seeds.ts'

console.log(JSON.stringify(await runSameSeeds()))
