/** A guarantee is broken. */
export class Violation extends Error {}
