/** Houses made again from what the database would give back: snapshots and journal entries, as bytes (I2). */
import { decodeEvent, encodeEvent } from "../../actors/journal/event-codec.ts"
import { kinds } from "../../actors/memory/kinds.ts"
import { decodeSnapshot, encodeSnapshot } from "../../actors/memory/snapshot-codec.ts"
import type { TenantRuntime } from "../../actors/tenant/runtime.ts"
import type { ActorKind } from "../../machines/events.ts"
import { expectSame } from "../machines/compared.ts"
import { start } from "../machines/facts.ts"
import { House } from "./house.ts"

/** A house at the cut that is taken now. */
export const copyOf = (house: House): House => {
  const copy = new House({ founded: false })
  for (const living of house.runtime.population.all()) {
    if (living.kind === "presence") continue
    const kind = kinds[living.kind]
    const snapshot = decodeSnapshot(kind, encodeSnapshot(kind, living.snapshot))
    copy.runtime.population.wake(living.kind, living.id, snapshot, start)
  }
  copy.runtime.seq = house.runtime.seq
  return copy
}

/** Gives a copy the journal after its cut. */
export const catchUp = (copy: House, journaled: House["journaled"]): House => {
  for (const { seq, event } of journaled) if (seq > copy.runtime.seq) copy.replay(seq, decodeEvent(encodeEvent(event)))
  return copy
}

/** Everything that is kept of everybody, presence left out: it is not (I10). */
const everybody = ({ population }: TenantRuntime) =>
  Object.fromEntries(
    [...population.all()].flatMap(({ kind, id, snapshot }) =>
      kind === "presence" ? [] : [[kind + id, { value: snapshot.value, context: packed(kind, snapshot.context) }]]
    )
  )

/** As a snapshot keeps it; the order inside a message window does not matter. */
const packed = (kind: ActorKind, context: unknown): any => {
  const plain = kinds[kind].pack(context as never) as any
  const records = plain.facts?.window?.records
  if (records === undefined) return plain
  const window = { ...plain.facts.window, records: records.toSorted((a: any, b: any) => (a.id < b.id ? -1 : 1)) }
  return { ...plain, facts: { ...plain.facts, window } }
}

export const expectSameHouse = (actual: House, expected: House, what: string): void => {
  expectSame(everybody(actual.runtime), everybody(expected.runtime), what)
  expectSame(actual.runtime.seq, expected.runtime.seq, `seq ${what}`)
}
