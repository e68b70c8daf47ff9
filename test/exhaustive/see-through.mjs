// Loaded before the engine. Its private fields become ordinary ones (`#queue` is `$queue`), so that all of a host's state can
// be read and hashed; and a mutant's pieces, named by the environment, are put in place. The source on disk stays as it is.
import { registerHooks } from 'node:module'

const patches = JSON.parse(process.env.DARQ_MUTANT ?? '[]')
/** What a channel waits for is known to a closure only; here the closure says so. */
const waiting = {
  file: 'runtime-ts/src/engine/send.ts',
  find: `() => {
      this.#timer = undefined
      this.#isResting = false
      run()
    })`,
  put: `Object.assign(() => {
      this.#timer = undefined
      this.#isResting = false
      run()
    }, { waits: run }))`,
}
const isEngine = /\/runtime-ts\/src\/engine\/[^/]+\.ts$/

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context)
    const mine = [...patches, waiting].filter(({ file }) => url.endsWith(`/${file}`))
    if (mine.length === 0 && !isEngine.test(url)) return loaded
    let source = String(loaded.source)
    for (const { file, find, put } of mine) {
      const times = source.split(find).length - 1
      if (times !== 1) {
        console.error(`the mutant's text stands ${times} times in ${file}; it must stand there once: ${find}`)
        process.exit(3)
      }
      source = source.replace(find, () => put)
    }
    if (isEngine.test(url)) source = source.replace(/#(?=[a-zA-Z])/g, '$')
    return { ...loaded, source }
  },
})
