#!/usr/bin/env node
// Old syntax only: a Node that is too old must be able to read this file, to say so.
import { tooOld } from './src/node-version.js'

const complaint = tooOld(process.versions.node)
if (complaint === undefined) {
  const { main } = await import('./src/main.js')
  process.exitCode = main(process.argv.slice(2))
} else {
  console.error(complaint)
  process.exitCode = 1
}
