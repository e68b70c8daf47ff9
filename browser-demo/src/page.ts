/** The page: opens the scene that its address names. */
import { element } from './view/element.ts'

interface Scene {
  readonly title: string
  /** Resolves when it can be used. */
  readonly open: () => Promise<void>
}

/** By the hash that names it. Only the code of the one that is open is downloaded. */
const scenes: Readonly<Record<string, Scene>> = {
  flights: {
    title: 'Twenty thousand flights, exactly once',
    open: async () => (await import('./flights-scene.ts')).openFlights(),
  },
  checkout: {
    title: 'A checkout that nothing can stop',
    open: async () => (await import('./checkout/scene.ts')).openCheckout(),
  },
  stream: {
    title: 'Late departures, in windows',
    open: async () => (await import('./lateness/scene.ts')).openLateness(),
  },
}
const first = 'flights'

function named(): string {
  const name = location.hash.slice(1)
  return name in scenes ? name : first
}

async function open(name: string): Promise<void> {
  const scene = scenes[name]
  if (scene === undefined) return
  document.title = scene.title
  for (const link of document.querySelectorAll<HTMLAnchorElement>('nav a'))
    if (link.dataset.scene === name) link.setAttribute('aria-current', 'page')
  element('scene', HTMLElement).replaceChildren(element(`scene-${name}`, HTMLTemplateElement).content.cloneNode(true))
  try {
    await scene.open()
  } catch (error) {
    const verdict = element('verdict', HTMLElement)
    verdict.dataset.tone = 'bad'
    verdict.textContent = `This page could not be opened: ${error instanceof Error ? error.message : error}`
    throw error
  }
}

const opened = named()
// A scene ends as a page does: with all of its workers, watches and timers.
addEventListener('hashchange', () => {
  if (named() !== opened) location.reload()
})
// The hash names the scene: it is not to be changed by a jump within it.
element('skip', HTMLAnchorElement).addEventListener('click', (event) => {
  event.preventDefault()
  element('sides', HTMLElement).focus()
})
void open(opened)
