/**
 * Lets vitest run its browser tests in WebKitGTK. Vitest talks to its page by a socket of its own, so that all it needs from
 * here is a window that shows the page.
 *
 * @module
 */
import { defineBrowserProvider } from '@vitest/browser'
import type { BrowserProvider } from 'vitest/node'
import { openWebkitWindow, type WebkitPrograms, type WebkitWindow } from './webkit-window.ts'

declare module 'vitest/internal/browser' {
  interface BrowserCommands {
    /** Vitest's own, which it expects of every provider. */
    __vitest_viewport: (size: { width: number; height: number }) => Promise<void>
  }
}

/** @returns the provider, for `test.browser.provider` */
export function webkitGtk(programs: WebkitPrograms) {
  return defineBrowserProvider({
    name: 'webkitgtk',
    supportedBrowser: ['webkit'],
    providerFactory(project) {
      // Asked for before every file; the window keeps its size.
      project.browser?.registerCommand('__vitest_viewport', async () => undefined)
      return new WebkitProvider(programs)
    },
  })
}

class WebkitProvider implements BrowserProvider {
  readonly name = 'webkitgtk'
  readonly supportsParallelism = false
  readonly #programs: WebkitPrograms
  #window: Promise<WebkitWindow> | undefined

  constructor(programs: WebkitPrograms) {
    this.#programs = programs
  }

  getCommandsContext(): Record<string, unknown> {
    return {}
  }

  async openPage(_sessionId: string, url: string): Promise<void> {
    await this.close()
    this.#window = openWebkitWindow(this.#programs, url)
    await this.#window
  }

  async close(): Promise<void> {
    const window = this.#window
    this.#window = undefined
    await (await window)?.close()
  }
}
