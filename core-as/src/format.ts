/**
 * Numbers of the format (FORMAT.md) and of the `Core` interface that both cores share.
 *
 * @module
 */

/** An id's longest length. */
export const ID_BYTES_MAX = 1023
/** Length of the array through which LSNs are handed over. */
export const LSNS_MAX = 1024
