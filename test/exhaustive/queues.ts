/**
 * Frames on their way. What is under way in one direction has a number; so has each frame.
 *
 * Kept in order where frames arrive in order; else sorted, for the order in which they were sent is nothing then.
 *
 * @module
 */

export interface Direction {
  readonly from: number
  readonly to: number
}

interface Queue {
  readonly frames: readonly number[]
  /** By a frame that is put in, or the place of one that is taken out. */
  readonly after: Map<number, number>
  readonly without: number[]
}

interface Carried {
  readonly event: number
  readonly bytes: Uint8Array
}

export const no_frames = 0
const pairs_max = 2 ** 26

export class Queues {
  readonly directions: readonly Direction[]
  readonly inOrder: boolean
  readonly #hosts: readonly string[]
  readonly #frames: Carried[] = []
  readonly #frameIds = new Map<number, number>()
  readonly #queues: Queue[] = []
  readonly #ids = new Map<string, number>()
  /** Directions by the host that they lead to. */
  readonly #waysTo: readonly (readonly number[])[]
  readonly #pairs: (readonly [number, number])[] = []
  readonly #pairIds = new Map<number, number>()

  constructor(hosts: readonly string[], inOrder: boolean) {
    this.#hosts = hosts
    this.inOrder = inOrder
    this.directions = hosts.flatMap((_, from) => hosts.flatMap((_, to) => (from === to ? [] : [{ from, to }])))
    this.#waysTo = hosts.map((_, host) =>
      this.directions.flatMap(({ to }, direction) => (to === host ? [direction] : [])),
    )
    this.#idOf([])
  }

  /** All that is under way to one host, as one number. */
  arrivingId(host: number, queues: readonly number[]): number {
    const ways = this.#waysTo[host] ?? []
    const [one, other] = ways
    if (one === undefined) return 0
    const first = queues[one] ?? no_frames
    if (other === undefined) return first
    if (ways.length > 2) throw new Error('there are at most three hosts')
    const second = queues[other] ?? no_frames
    const key = first * pairs_max + second
    const known = this.#pairIds.get(key)
    if (known !== undefined) return known
    this.#pairIds.set(key, this.#pairs.length)
    return this.#pairs.push([first, second]) - 1
  }

  /** And back. */
  arriving(host: number, id: number, queues: number[]): void {
    const [one, other] = this.#waysTo[host] ?? []
    if (one === undefined) return
    if (other === undefined) {
      queues[one] = id
      return
    }
    const [first, second] = this.#pairs[id] ?? []
    if (first === undefined || second === undefined) throw new Error(`there is no pair of queues ${id}`)
    queues[one] = first
    queues[other] = second
  }

  /** @param event its arrival */
  frame(from: string, to: string, event: number, bytes: Uint8Array): { direction: number; frame: number } {
    const [sender, receiver] = [this.#hosts.indexOf(from), this.#hosts.indexOf(to)]
    const direction = this.directions.findIndex(({ from, to }) => from === sender && to === receiver)
    if (direction < 0) throw new Error(`there is no way from ${from} to ${to}`)
    let frame = this.#frameIds.get(event)
    if (frame === undefined) {
      frame = this.#frames.push({ event, bytes }) - 1
      this.#frameIds.set(event, frame)
    }
    return { direction, frame }
  }

  bytes(frame: number): Uint8Array {
    return this.#carried(frame).bytes
  }

  /** Its arrival. */
  arrival(frame: number): number {
    return this.#carried(frame).event
  }

  #carried(frame: number): Carried {
    const carried = this.#frames[frame]
    if (!carried) throw new Error(`there is no frame ${frame}`)
    return carried
  }

  frames(queue: number): readonly number[] {
    return this.#queue(queue).frames
  }

  /** With that frame behind the others. */
  with(queue: number, frame: number): number {
    const { frames, after } = this.#queue(queue)
    const known = after.get(frame)
    if (known !== undefined) return known
    const longer = [...frames, frame]
    if (!this.inOrder) longer.sort((a, b) => a - b)
    const id = this.#idOf(longer)
    after.set(frame, id)
    return id
  }

  /** Without the frame at that place. */
  without(queue: number, place: number): number {
    const { frames, without } = this.#queue(queue)
    const known = without[place]
    if (known !== undefined) return known
    const id = this.#idOf(frames.filter((_, at) => at !== place))
    without[place] = id
    return id
  }

  #queue(id: number): Queue {
    const queue = this.#queues[id]
    if (!queue) throw new Error(`there is no queue ${id}`)
    return queue
  }

  #idOf(frames: readonly number[]): number {
    const key = frames.join()
    const known = this.#ids.get(key)
    if (known !== undefined) return known
    this.#ids.set(key, this.#queues.length)
    return this.#queues.push({ frames, after: new Map(), without: [] }) - 1
  }
}
