import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defineConfig, type Plugin } from 'vite'
import { pageHeaders } from './content-security-policy.ts'
import { flightsFile } from './data-file.ts'

export default defineConfig({
  root: import.meta.dirname,
  build: {
    target: 'es2024',
    // A data: address would need a wider policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // How long plugins take is the machine's business.
      checks: { pluginTimings: false },
      input: ['index.html', 'bench.html'].map((page) => join(import.meta.dirname, page)),
    },
  },
  worker: { format: 'es' },
  plugins: [scenes(), beside()],
})

/** Puts each scene into the page where it says `<!-- scene NAME -->`: as a template, so that only the open one is live. */
function scenes(): Plugin {
  const folder = join(import.meta.dirname, 'scenes')
  return {
    name: 'scenes',
    transformIndexHtml: {
      order: 'pre',
      async handler(html) {
        const [first, ...rest] = html.split(/<!-- scene (\w+) -->/)
        let page = first ?? ''
        for (const [index, part] of rest.entries())
          page +=
            index % 2 === 1
              ? part
              : `<template id="scene-${part}">\n${await readFile(join(folder, `${part}.html`), 'utf8')}</template>`
        return page
      },
    },
  }
}

/** What is served beside the page: the flights, and the headers for a host of static files (Cloudflare's `_headers`). */
function beside(): Plugin {
  return {
    name: 'beside-the-page',
    apply: 'build',
    async generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'data/flights.json', source: await readFile(flightsFile) })
      const headers = Object.entries(pageHeaders).map(([name, value]) => `  ${name}: ${value}\n`)
      this.emitFile({ type: 'asset', fileName: '_headers', source: `/*\n${headers.join('')}` })
    },
  }
}
