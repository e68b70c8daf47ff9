/**
 * The journal of an instance: what has happened to it, in order, and what it did about it each time. It is all that is
 * needed to bring its function back to where it was: the events are given to it again, and what it does is held against what
 * it did.
 *
 * @module
 */

import type { Ledger } from '../crest/run/ledger.ts'
import { isFields, isList } from '../crest/wire/envelope.ts'
import { isCount } from '../crest/wire/plain.ts'
import { DarqError, type ErrorFacts, type Plain } from '../error.ts'

/** What a function has asked for. Its number is its place among all that the run has asked for, from 1 on. */
export type Command =
  | readonly ['call' | 'send', to: string, name: string]
  | readonly ['effect' | 'receive' | 'changed', name: string]
  | readonly ['sleep']

/** What has happened to an instance. The numbers are those of commands. */
export type Event =
  | readonly ['start']
  | readonly ['message', name: string, body: Plain, version: number]
  | readonly ['answer', command: number, value: Plain, version: number]
  | readonly ['failed', command: number, error: Plain]
  | readonly ['due', command: number]
  | readonly ['cancel', reason: string]

export interface Entry {
  /** When it happened: the time that the function is told. */
  readonly at_ms: number
  readonly event: Event
  /** What the function did then; missing as long as it was not told. */
  readonly commands?: readonly Command[] | undefined
  /** It was told together with the event before it, without a pause in between. */
  readonly joined?: boolean
}

export type Status = 'running' | 'done' | 'failed' | 'cancelled' | 'stuck'
const statuses: readonly string[] = ['running', 'done', 'failed', 'cancelled', 'stuck']

/** One line of an instance's timeline. */
export interface StepFacts {
  /** `call stock/tea reserve`, `effect charge card`, `receive approval`, `sleep`, `message approval`, … */
  readonly what: string
  readonly at_ms: number
  /** Missing while it is waited for. */
  readonly ended_ms?: number
  readonly outcome: 'waits' | 'ok' | 'failed' | 'dropped'
}

/** What is known of an instance beside its journal. */
export interface Header {
  readonly status: Status
  /** Unique to this instance: what chance and effects' keys are made of. */
  readonly seed: string
  readonly started_ms: number
  /** 1, 2, …: how often it has continued as new, and once more. */
  readonly run: number
  readonly input: Plain
  readonly input_version: number
  /** What it was started with, when it has continued with another input since. */
  readonly asked?: Plain
  /** Of `asked`; missing: unnumbered. */
  readonly asked_version?: number
  /** A receive that has lost a race takes nothing. Missing in runs that began when it did: they are brought back as they went. */
  readonly races?: boolean
  readonly ended_ms?: number
  readonly value?: Plain
  readonly error?: ErrorFacts
  /** The end of its timeline, kept when its journal goes. */
  readonly steps?: readonly StepFacts[]
}

/** The tables of a workflow's DARQ. */
export const header_cell = '$flows'
export const asker_cell = '$askers'
export const effect_cell = '$effects'
export const show_cell = '$shown'
const journal_prefix = '$journal '

/** The table of one run's journal; its keys are the numbers of the entries, from 1 on. */
export function journalCell(key: string, run: number): string {
  return `${journal_prefix}${run} ${key}`
}

export const journalCells = journal_prefix

/**
 * Names what belongs to one command of an instance, or to one of its queries. A line break of the key is doubled and no part
 * begins with one, so the first that stands alone ends the key: no instance has what belongs to another.
 */
export function within(key: string, part: string | number): string {
  return `${key.replaceAll('\n', '\n\n')}\n${part}`
}

export function encodeEntry({ at_ms, event, commands, joined }: Entry): Plain {
  if (commands === undefined) return [at_ms, event]
  return joined === true ? [at_ms, event, commands, true] : [at_ms, event, commands]
}

/** @throws {DarqError} `corrupt` */
export function readEntry(value: unknown): Entry {
  // What a ledger holds has been through the codec.
  const plain = value as Plain
  if (!isList(plain)) throw broken('a list')
  const [at_ms, event, commands, joined] = plain
  if (typeof at_ms !== 'number') throw broken('a time')
  const read = { at_ms, event: readEvent(event) }
  if (commands === undefined) return read
  if (!isList(commands)) throw broken('commands')
  return { ...read, commands: commands.map(readCommand), joined: joined === true }
}

/** @throws {DarqError} `corrupt` */
export function* readJournal(ledger: Ledger, cell: string): Iterable<Entry> {
  for (let number = 1; ; number += 1) {
    const value = ledger.get(cell, String(number))
    if (value === undefined) return
    yield readEntry(value)
  }
}

/** @returns events that were told at the same time, together */
export function groupsOf(entries: readonly Entry[]): readonly (readonly Entry[])[] {
  const groups: Entry[][] = []
  for (const entry of entries) {
    const last = groups.at(-1)
    if (entry.joined === true && last !== undefined) last.push(entry)
    else groups.push([entry])
  }
  return groups
}

function readEvent(value: Plain): Event {
  if (isList(value)) {
    const [kind, subject, content, version] = value
    if (kind === 'start') return [kind]
    if (kind === 'message' && typeof subject === 'string' && isCount(version)) return [kind, subject, content, version]
    if (kind === 'cancel' && typeof subject === 'string') return [kind, subject]
    if (isCount(subject)) {
      if (kind === 'answer' && isCount(version)) return [kind, subject, content, version]
      if (kind === 'failed') return [kind, subject, content]
      if (kind === 'due') return [kind, subject]
    }
  }
  throw broken('an event')
}

function readCommand(value: Plain): Command {
  if (isList(value)) {
    const [kind, first, second] = value
    if (kind === 'sleep') return [kind]
    if (typeof first === 'string') {
      if (kind === 'effect' || kind === 'receive' || kind === 'changed') return [kind, first]
      if ((kind === 'call' || kind === 'send') && typeof second === 'string') return [kind, first, second]
    }
  }
  throw broken('a command')
}

/** @throws {DarqError} `corrupt` */
export function readHeader(value: unknown): Header {
  const plain = value as Plain
  if (isFields(plain)) {
    const { status, seed, started_ms, run, input_version } = plain
    if (
      typeof status === 'string' &&
      statuses.includes(status) &&
      typeof seed === 'string' &&
      typeof started_ms === 'number' &&
      isCount(run) &&
      isCount(input_version)
    )
      // The codec's cast: the parts that the runtime works with were looked at, the others are shown as they are.
      return plain as unknown as Header
  }
  throw broken('a header')
}

/** @returns a command in words: what a person looks for in the code */
export function inWords(command: Command | undefined): string {
  return command === undefined ? 'nothing' : command.join(' ')
}

export function isSameCommand(one: Command, other: Command): boolean {
  return one.length === other.length && one.every((part, index) => part === other[index])
}

function broken(expected: string): DarqError {
  return new DarqError('corrupt', { facts: { expected: `a journal with ${expected}` } })
}
