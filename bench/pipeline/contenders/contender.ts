/**
 * Who takes part, and what each must offer.
 *
 * @module
 */

export const contenderNames = [
  'darq-bytes',
  'darq',
  'darq-one-client',
  'transactional',
  'platform-message',
  'platform-64k',
] as const
export type ContenderName = (typeof contenderNames)[number]

/** What has become of one message. */
export interface Sent {
  /** `undefined`: the contender knows nothing before durable. */
  accepted(): Promise<unknown> | undefined
  /** On the disk, as far as the platform's strictest promise goes, and never undone. */
  readonly durable: Promise<unknown>
}

export interface Contender {
  /** @param producer 0, 1, 2, …: each sends one message at a time */
  send(producer: number): Sent
  /**
   * Resolves when everything that follows from the messages (their steps) is durable.
   *
   * @throws {Error} not each of the messages that were sent so far has had its effect once
   */
  settle(): Promise<void>
  close(): Promise<void>
}

/** What was handed to the platform's storage: the bytes of values and keys, as they stand in its calls. */
export interface Meter {
  bytes: number
}
