// Loaded with `--import`: replaces a piece of one source file, named by the environment, while it is loaded.
import { registerHooks } from 'node:module'

const { file, find, put } = JSON.parse(process.env.DARQ_MUTANT ?? '{}')
if (file)
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context)
      if (!url.endsWith(`/${file}`)) return loaded
      const source = String(loaded.source)
      if (source.split(find).length !== 2) {
        console.error(
          `the mutant's text stands ${source.split(find).length - 1} times in ${file}; it must stand there once`,
        )
        process.exit(3)
      }
      return { ...loaded, source: source.replace(find, () => put) }
    },
  })
