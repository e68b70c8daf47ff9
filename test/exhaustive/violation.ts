import { DarqError } from '../../runtime-ts/src/error.ts'

/** A guarantee is broken. */
export class Violation extends Error {}

export const messageOf = (error: unknown): string =>
  error instanceof Violation
    ? error.message
    : error instanceof DarqError
      ? `${error.code}: ${error.message}`
      : error instanceof Error
        ? `${error.message}\n${error.stack}`
        : String(error)
