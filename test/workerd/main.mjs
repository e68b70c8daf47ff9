/** The worker in which the workerd tests run: an object whose storage they use. */
import { DurableObject } from 'cloudflare:workers'
import { durableObject } from '@darq/runtime/durable-object'

export class Shelf extends DurableObject {
  /** As every object's: whatever happens in it, the alarm stays armed while there is something to wake for. */
  async alarm() {
    await durableObject(this.ctx.storage).rearm()
  }
}

export default { fetch: () => new Response('the tests are inside', { status: 404 }) }
