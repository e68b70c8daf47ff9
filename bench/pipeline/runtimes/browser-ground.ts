/**
 * Stores over their life, in a worker of a browser.
 *
 * @module
 */
import { answerOnGround, type GroundAsk } from '../flat/asks.ts'
import { indexedDbGround } from '../flat/indexed-db-ground.ts'

addEventListener('message', async ({ data }: MessageEvent<GroundAsk>) =>
  postMessage(await answerOnGround(indexedDbGround, data)),
)
