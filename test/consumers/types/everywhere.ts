import { wasm } from '@darq/core'
import { address, openHost, participant } from '@darq/runtime'
import { durableObject } from '@darq/runtime/durable-object'
import { openEngine } from '@darq/runtime/engine'
import { memory } from '@darq/runtime/storage'
import { stream } from '@darq/runtime/stream'
import { simulate } from '@darq/runtime/testing'
import { inProcess } from '@darq/runtime/transport'
import { serveTab } from '@darq/runtime/worker'
import { workflow } from '@darq/runtime/workflow'

export const named = [
  wasm,
  durableObject,
  openEngine,
  stream,
  simulate,
  inProcess,
  serveTab,
  workflow,
  address,
  participant,
]

export const host = openHost({ name: 'types', participants: [], storage: memory() })

// @ts-expect-error: had the declarations led nowhere, all of it would be `any`, and this no error
openHost({ name: 1, participants: [], storage: memory() })
