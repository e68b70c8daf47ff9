/** The worker in which the workerd tests run: an empty object whose storage they use. */
import { DurableObject } from 'cloudflare:workers'

export class Shelf extends DurableObject {}

export default { fetch: () => new Response('the tests are inside', { status: 404 }) }
