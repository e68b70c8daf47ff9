/**
 * What this package uses of the module that exists inside workerd. The platform's own types replace the DOM's in every file of
 * a compilation, so they can't be had beside the web's.
 */
declare module 'cloudflare:workers' {
  import type { DurableObjectState } from '@cloudflare/workers-types'

  export const DurableObject: new (state: DurableObjectState, env: object) => object
}
