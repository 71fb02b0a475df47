/**
 * One process full of clients of the feed. Every socket follows the inbox and one conversation, checks that no offset is missing, and
 * comes back when the server says. What is the same for many is held once: the state of a topic at a place; each socket's frames
 * must lead there.
 */
import { WebSocket } from "ws"
import { applyPatch } from "../../actors/feed/apply-patch.ts"
import type { Position } from "../../actors/feed/frames.ts"
import type { Begin, Order, Report, Standing } from "./protocol.ts"
import { hashOf } from "./protocol.ts"

/** Milliseconds after which a socket tries again that was told nothing: half to the whole, doubled with each failure. */
const ownWait = { first: 500, most: 8_000 } as const
const waitAfter = (failures: number) =>
  Math.min(ownWait.most, ownWait.first * 2 ** failures) * (0.5 + Math.random() / 2)

/** States by topic and place, and the frame that led there; old ones go once nobody can stand there any more. */
const kept = 2_000
interface Held {
  readonly state: unknown
  /** The patch that led here, or the snapshot. */
  readonly frame: object
  /** A snapshot that was compared and said the same. */
  same?: object
  hash?: string
}
const states = new Map<string, Held>()
const placeOf = (topic: string, { epoch, offset }: Position) => `${topic} ${epoch} ${offset}`

const tally = {
  recovered: 0,
  fresh: 0,
  patches: 0,
  unannounced: 0,
  refused: 0,
  unreachable: 0,
  away: [] as Array<number>,
  waits: [] as Array<number>,
  faults: [] as Array<string>
}
const fault = (what: string) => void (tally.faults.length < 20 && tally.faults.push(what))

/** Many sockets get the same text: it is read once, and then the same object. */
const frames = new Map<string, any>()
const read = (raw: string): any => {
  let frame = frames.get(raw)
  if (frame !== undefined) return frame
  frames.set(raw, (frame = JSON.parse(raw)))
  if (frames.size > kept) frames.delete(frames.keys().next().value!)
  return frame
}

const keep = (place: string, state: () => unknown, frame: object): Held => {
  const there = states.get(place)
  if (there !== undefined) return there
  const made: Held = { state: state(), frame }
  states.set(place, made)
  if (states.size > kept) states.delete(states.keys().next().value!)
  return made
}
/** Whether a snapshot says what is held at its place already. */
const isSame = (there: Held, snapshot: { readonly state: unknown }): boolean => {
  if (there.frame === snapshot || there.same === snapshot) return true
  if (hashOf(snapshot.state) !== (there.hash ??= hashOf(there.state))) return false
  there.same = snapshot
  return true
}

class Follower {
  readonly #url: string
  readonly #places = new Map<string, Position | undefined>()
  #answered = new Set<string>()
  #ws: WebSocket | undefined
  #wait: number | null | undefined
  #cutAt: number | undefined
  #stays = true
  #failures = 0

  constructor(url: string, topics: ReadonlyArray<string>) {
    this.#url = url
    for (const topic of topics) this.#places.set(topic, undefined)
  }

  get isReady(): boolean {
    return this.#answered.size === this.#places.size
  }
  get places(): Iterable<[string, Position | undefined]> {
    return this.#places
  }

  join(): void {
    this.#answered = new Set()
    this.#wait = undefined
    const ws = new WebSocket(this.#url, "switchboard.v1.json", { perMessageDeflate: false })
    this.#ws = ws
    let wasOpen = false
    ws.on("open", () => {
      wasOpen = true
      this.#failures = 0
      for (const [topic, since] of this.#places) {
        ws.send(JSON.stringify({ type: "subscribe", topic, ...(since && { since }) }))
      }
    })
    ws.on("message", (data) => this.#take(String(data)))
    ws.on("unexpected-response", (_request, response) => {
      response.resume()
      tally.refused++
      tally.unreachable--
      ws.terminate()
    })
    ws.on("error", () => {})
    ws.on("close", () => {
      if (this.#ws !== ws) return
      this.#answered = new Set()
      if (!this.#stays || this.#wait === null) return
      if (wasOpen) {
        this.#cutAt ??= performance.now()
        if (this.#wait === undefined) tally.unannounced++
      } else tally.unreachable++
      setTimeout(() => this.join(), this.#wait ?? waitAfter(this.#failures++))
    })
  }

  break(): void {
    const ws = this.#ws
    this.#ws = undefined
    this.#cutAt = performance.now()
    ws?.terminate()
    this.join()
  }

  leave(): void {
    this.#stays = false
    this.#ws?.close()
  }

  #take(raw: string): void {
    const frame = read(raw)
    switch (frame.type) {
      case "bye":
        this.#wait = frame.retry_after_ms
        if (typeof this.#wait === "number") tally.waits.push(this.#wait)
        return
      case "snapshot": {
        const place = { epoch: frame.epoch, offset: frame.offset }
        if (
          !isSame(
            keep(placeOf(frame.topic, place), () => frame.state, frame),
            frame
          )
        ) {
          fault(`snapshot of ${frame.topic} at ${frame.offset} is not what its patches led to`)
        }
        tally.fresh++
        return this.#arrived(frame.topic, place)
      }
      case "subscribed": {
        const place = this.#places.get(frame.topic)
        if (place?.epoch !== frame.epoch || place?.offset !== frame.offset) fault(`${frame.topic} resumed elsewhere`)
        tally.recovered++
        return this.#arrived(frame.topic, place!)
      }
      case "patch": {
        const before = this.#places.get(frame.topic)
        if (before === undefined || frame.offset !== before.offset + 1) return fault(`a hole in ${frame.topic}`)
        const place = { epoch: before.epoch, offset: frame.offset }
        const known = states.get(placeOf(frame.topic, before))
        const there = keep(placeOf(frame.topic, place), () => applyPatch(known?.state, frame.changes), frame)
        if (known === undefined) fault(`${frame.topic} is further behind than is kept here`)
        const isPatch = (there.frame as { type: string }).type === "patch"
        if (isPatch && there.frame !== frame) fault(`two patches of ${frame.topic} at ${frame.offset}`)
        tally.patches++
        return void this.#places.set(frame.topic, place)
      }
      case "error":
        return fault(raw)
    }
  }

  #arrived(topic: string, place: Position): void {
    this.#places.set(topic, place)
    this.#answered.add(topic)
    if (!this.isReady || this.#cutAt === undefined) return
    tally.away.push(performance.now() - this.#cutAt)
    this.#cutAt = undefined
  }
}

let followers: ReadonlyArray<Follower> = []

const begin = ({ urls, sockets, topics }: Begin): void => {
  followers = Array.from({ length: sockets }, (_, n) => {
    const url = urls[n % urls.length]!
    return new Follower(url, ["inbox", topics[n % topics.length]!])
  })
  for (const follower of followers) follower.join()
}

const report = (): Report => {
  const standings = new Map<string, Standing>()
  for (const follower of followers) {
    if (!follower.isReady) continue
    for (const [topic, place] of follower.places) {
      const key = placeOf(topic, place!)
      const there = states.get(key)
      if (there === undefined) continue
      const state = (there.hash ??= hashOf(there.state))
      const sockets = (standings.get(key)?.sockets ?? 0) + 1
      standings.set(key, { topic, ...place!, state, sockets })
    }
  }
  const { away, waits, ...counts } = tally
  return {
    ready: followers.filter(({ isReady }) => isReady).length,
    standings: [...standings.values()],
    away: [...away],
    waits: [...waits],
    ...counts
  }
}

/** Everything counted so far has been reported. */
const forget = (): void => {
  Object.assign(tally, { recovered: 0, fresh: 0, patches: 0, unannounced: 0, refused: 0, unreachable: 0 })
  tally.away.length = tally.waits.length = 0
}

process.on("message", (order: Order) => {
  switch (order.type) {
    case "begin":
      return begin(order)
    case "break":
      forget()
      for (const follower of followers) follower.break()
      return
    case "forget":
      return forget()
    case "report":
      return void process.send!(report())
    case "leave":
      for (const follower of followers) follower.leave()
      return
  }
})
process.on("disconnect", () => process.exit())
