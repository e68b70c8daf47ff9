// The example files import each other without extensions, as bundlers let them; Node wants one. Loaded with `--import`.
import { registerHooks } from 'node:module'

registerHooks({
  resolve(specifier, context, next) {
    const bare = specifier.startsWith('./') && !/\.\w*[a-z]$/.test(specifier.replace(/\.(address|worker|page)$/, ''))
    return next(bare ? `${specifier}.ts` : specifier, context)
  },
})
