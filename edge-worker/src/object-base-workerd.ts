/**
 * What the object's class extends inside workerd: only of a class that extends this one can methods be called from elsewhere.
 *
 * @module
 */
export { DurableObject as ObjectBase } from 'cloudflare:workers'
