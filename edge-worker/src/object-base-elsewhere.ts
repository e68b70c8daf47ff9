/**
 * What stands in for workerd's class where there is no workerd: a server that only signs tokens may import this package too.
 *
 * @module
 */
import type { DurableObjectState } from '@cloudflare/workers-types'

export const ObjectBase: new (state: DurableObjectState, env: object) => object = class ObjectBase {}
