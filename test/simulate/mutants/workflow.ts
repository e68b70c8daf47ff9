/** Broken workflows: journal, replay, effects, timers, undos, room. */
import type { Mutant } from './mutant.ts'

const jobs = ['checkout']
const instance = 'runtime-ts/src/workflow/instance.ts'
const instances = 'runtime-ts/src/workflow/instances.ts'
const commands = 'runtime-ts/src/workflow/command-runner.ts'
const journal = 'runtime-ts/src/workflow/journal.ts'
const flow = 'runtime-ts/src/workflow/live-flow.ts'

export const workflowMutants: readonly Mutant[] = [
  {
    name: 'event-not-journaled',
    breaks: 'G1: what an event has led to is sent, but the event itself is not written down',
    file: instance,
    find: 'if (ending === undefined) this.#journal.enter(group, commands)',
    put: 'if (ending === undefined && group.first === 1) this.#journal.enter(group, commands)',
    jobs,
  },
  {
    name: 'late-commands-not-journaled',
    breaks: 'G1: what a function does late is carried out, but not written down',
    file: instance,
    find: 'const commands = [...group.commands, ...fresh.issued.map(({ command }) => command)]',
    put: 'const commands = group.isWritten ? group.commands : fresh.issued.map(({ command }) => command)',
    jobs,
  },
  {
    name: 'flow-effect-before-committed',
    breaks: 'G6: an effect of a workflow runs before the state that asks for it is committed',
    file: commands,
    find: 'effect?.pure === true',
    put: 'effect !== undefined',
    jobs,
  },
  {
    name: 'flow-effect-under-a-new-key',
    breaks: 'G6: an effect of a workflow that runs again after a restart has another key',
    file: commands,
    find: 'const key = this.#context.ledger.get(effect_cell, id)',
    put: 'const key = this.#context.ledger.get(effect_cell, id) && this.#effectKey(index)',
    jobs,
  },
  {
    name: 'flow-effect-not-taken-up',
    breaks: 'G7: after a restart an effect that a workflow waits for never runs',
    file: instance,
    find: 'this.#commands.start(restored, this.#context.committed, this.#consequences)',
    put: 'void restored',
    jobs,
  },
  {
    name: 'told-together-told-apart',
    breaks: 'G1: events that were told together are told one by one after a restart, and another branch wins',
    file: journal,
    find: 'if (entry.joined === true && last !== undefined) last.push(entry)',
    put: 'if (last !== undefined && !entry) last.push(entry)',
    jobs,
  },
  {
    name: 'undone-in-order',
    breaks: 'G1: what failed is undone in the wrong order',
    file: 'runtime-ts/src/workflow/undos.ts',
    find: 'of this.#undos.reverse()) {',
    put: 'of this.#undos) {',
    jobs,
  },
  {
    name: 'answer-of-an-earlier-run',
    breaks: 'G2: what has come for a run that has just ended is told to the next one',
    file: instance,
    find: "=> typeof event[1] === 'number'",
    put: '=> event[1] === -1',
    jobs,
  },
  {
    name: 'journal-of-the-living-swept',
    breaks: 'G4: after a restart the journal of an instance that runs is taken for an old one',
    file: instances,
    find: 'journals.delete(journalCell(key, header.run))',
    put: 'void journalCell(key, header.run)',
    jobs,
  },
  {
    name: 'unreceived-left-behind',
    breaks: 'G2: messages that nobody has received are lost when an instance continues as new',
    file: instance,
    find: "[['start'], ...this.#flow.unreceived, ...untold]",
    put: "[['start'], ...untold]",
    jobs,
  },
  {
    name: 'untold-left-behind',
    breaks: 'G2: messages that a run was not told are lost when it continues as new',
    file: instance,
    find: "[['start'], ...this.#flow.unreceived, ...untold]",
    put: "[['start'], ...this.#flow.unreceived.slice(untold.length * 0)]",
    jobs,
  },
  {
    name: 'another-chance-after-a-restart',
    breaks: 'G1: an instance that is brought back meets other chance than before',
    file: flow,
    find: 'this.#random = generator(context.seed)',
    put: 'this.#random = generator(context.seed + performance.now())',
    jobs,
  },
  {
    name: 'asker-forgotten',
    breaks: 'G7: whoever has started an instance never hears what it has come to',
    file: 'runtime-ts/src/workflow/askers.ts',
    find: 'ledger.set(asker_cell, key, [...askers, asker])',
    put: 'ledger.set(asker_cell, key, [...askers])',
    jobs,
  },
  {
    name: 'stretched-log-not-tidied',
    breaks: 'G7: a log that is full of what is old takes no messages, and so nothing moves it forward',
    file: 'runtime-ts/src/crest/run/live-processor.ts',
    find: 'if (this.#isTidying || ',
    put: 'if (this || ',
    jobs,
  },
]
