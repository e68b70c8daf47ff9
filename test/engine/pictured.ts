/**
 * A failed test of speculation is easier to see than to read.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventLogSvg } from '@darq/runtime/testing'
import { onTestFailed } from 'vitest'
import type { Town } from './town.ts'

const folder = join(import.meta.dirname, '..', '..', '.tmp', 'pictures')

/** Draws what has happened there if the present test fails, and says where the picture is. */
export function pictured(town: Town): Town {
  onTestFailed(({ task }) => {
    mkdirSync(folder, { recursive: true })
    const file = join(folder, `${task.id}.svg`)
    writeFileSync(file, eventLogSvg(town.eventLog.events, { title: task.name, width: 2_400 }))
    console.error(`What happened, drawn: ${file}`)
  })
  return town
}
