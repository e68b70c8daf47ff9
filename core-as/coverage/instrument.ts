/**
 * Puts a call of `hit(n)` in front of every statement of AssemblyScript source, and into every branch: both ways of an `if`,
 * loop bodies, the right side of `&&` and `||`, both sides of `? :`.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import * as assemblyscript from 'assemblyscript'

/** A place that the tests should come to. */
export interface Spot {
  readonly file: string
  /** From 1. */
  readonly line: number
  readonly kind: 'statement' | 'branch'
  readonly what: string
}

/** What all nodes of the syntax tree have; the rest is told apart by which properties are there. */
interface Node {
  readonly range: { readonly start: number; readonly end: number }
  readonly [property: string]: unknown
}

/** @returns the instrumented source; what it may hit is added to `spots`, whose index is the number that is hit */
export function instrument(file: string, name: string, spots: Spot[]): string {
  const source = readFileSync(file, 'utf8')
  const instrumenter = new Instrumenter(source, name, spots)
  const program = assemblyscript.newProgram(assemblyscript.newOptions())
  assemblyscript.parse(program, source, name, true)
  for (const each of program.sources) {
    if (each.normalizedPath === name) for (const statement of each.statements) instrumenter.walk(statement)
  }
  return `import { hit } from './hit'\n${instrumenter.text}`
}

class Instrumenter {
  readonly #source: string
  readonly #name: string
  readonly #spots: Spot[]
  /** What is put in at an offset: ends of what is inside come before ends of what is around it, starts the other way. */
  readonly #starts = new Map<number, string>()
  readonly #ends = new Map<number, string>()

  constructor(source: string, name: string, spots: Spot[]) {
    this.#source = source
    this.#name = name
    this.#spots = spots
  }

  get text(): string {
    let text = ''
    for (let at = 0; at <= this.#source.length; at++) {
      text += (this.#ends.get(at) ?? '') + (this.#starts.get(at) ?? '') + (this.#source[at] ?? '')
    }
    return text
  }

  walk(value: unknown, inFunction = false): void {
    if (Array.isArray(value)) for (const each of value) this.walk(each, inFunction)
    if (!isNode(value)) return
    const { statements, ifTrue, ifFalse, condition, body, ifThen, ifElse, operator, left, right } = value
    if (inFunction && Array.isArray(statements)) {
      for (const statement of statements) if (isNode(statement)) this.#start(statement, 'statement')
    }
    if (isNode(ifTrue)) {
      this.#enclose(ifTrue, 'if')
      if (isNode(ifFalse)) this.#enclose(ifFalse, 'else')
    } else if (isNode(condition) && isNode(body)) this.#enclose(body, 'loop')
    else if (isNode(ifThen) && isNode(ifElse)) for (const side of [ifThen, ifElse]) this.#reach(side)
    else if (operator !== undefined && isNode(left) && isNode(right) && this.#isLogical(left, right)) this.#reach(right)

    const isFunction = 'signature' in value
    for (const [property, child] of Object.entries(value)) {
      if (property !== 'range') this.walk(child, inFunction || isFunction)
    }
    // After what is inside.
    if (isNode(ifTrue)) {
      this.#close(ifTrue)
      if (isNode(ifFalse)) this.#close(ifFalse)
      else this.#end(ifTrue.range.end, ` else { ${this.#hit(ifTrue, 'branch', 'no else')} }`)
    } else if (isNode(condition) && isNode(body)) this.#close(body)
    else if (isNode(ifThen) && isNode(ifElse)) for (const side of [ifThen, ifElse]) this.#end(side.range.end, ')')
    else if (operator !== undefined && isNode(left) && isNode(right) && this.#isLogical(left, right)) {
      this.#end(right.range.end, ')')
    }
  }

  #isLogical(left: Node, right: Node): boolean {
    const between = this.#source.slice(left.range.end, right.range.start).replaceAll(')', '').replaceAll('(', '').trim()
    return between === '&&' || between === '||'
  }

  #enclose(node: Node, what: string): void {
    if (Array.isArray(node.statements)) this.#starting(node.range.start + 1, this.#hit(node, 'branch', what))
    else this.#starting(node.range.start, `{ ${this.#hit(node, 'branch', what)}`)
  }

  #close(node: Node): void {
    if (!Array.isArray(node.statements)) this.#end(node.range.end, ' }')
  }

  /** An expression that is come to, or not. */
  #reach(node: Node): void {
    this.#starting(node.range.start, `(${this.#hit(node, 'branch', 'operand').replace(';', ',')}`)
  }

  #start(node: Node, kind: Spot['kind']): void {
    this.#starting(node.range.start, this.#hit(node, kind, 'statement'))
  }

  #hit(node: Node, kind: Spot['kind'], what: string): string {
    const line = this.#source.slice(0, node.range.start).split('\n').length
    this.#spots.push({ file: this.#name, line, kind, what })
    return `hit(${this.#spots.length - 1}); `
  }

  #starting(at: number, text: string): void {
    this.#starts.set(at, (this.#starts.get(at) ?? '') + text)
  }

  #end(at: number, text: string): void {
    this.#ends.set(at, (this.#ends.get(at) ?? '') + text)
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'kind' in value && 'range' in value
}
