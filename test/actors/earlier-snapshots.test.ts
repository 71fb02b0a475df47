/** Snapshots of earlier versions are read: an actor stands where its fields say under the statechart of today. */
import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { kinds } from "../../actors/memory/kinds.ts"
import { Living } from "../../actors/memory/living.ts"
import { decodeSnapshot, encodeSnapshot } from "../../actors/memory/snapshot-codec.ts"
import type { ActorKind } from "../../machines/events.ts"
import { comparable, stateOf } from "../machines/small-tenant.ts"

interface Kept {
  readonly kind: ActorKind
  readonly id: string
  /** Its state's name of then. */
  readonly was: unknown
  readonly bytes: string
}

/** Written by that version, one of each state that a small tenant reaches. */
const first: ReadonlyArray<Kept> = JSON.parse(
  readFileSync(new URL("../fixtures/snapshots/version-1.json", import.meta.url), "utf8")
)

const renamed: Readonly<Record<string, unknown>> = { unlinked: "known", linked: "resolved" }

describe.each(first)("a $kind that was $was", ({ kind, id, was, bytes }) => {
  const snapshot = decodeSnapshot(kinds[kind], Buffer.from(bytes, "base64"))

  test("stands where its fields say", () => {
    expect(snapshot.value).toEqual(stateOf(kind, snapshot.context))
    const isMerged = snapshot.value === "merged"
    if (kind !== "scheduler" && !isMerged) expect(snapshot.value).toEqual(renamed[was as string] ?? was)
  })

  test("is the same after it is written and read once more", () => {
    const again = decodeSnapshot(kinds[kind], encodeSnapshot(kinds[kind], snapshot))
    expect(again.value).toEqual(snapshot.value)
    expect(comparable(again.context)).toEqual(comparable(snapshot.context))
  })

  test("lives: it takes what its state takes", () => {
    const living = new Living(kind, id, { snapshot }, 0)
    const told = living.send({ type: "deadline_passed", received: 1 })
    expect(told === null).toBe(snapshot.value === "merged")
  })
})

test("both who are merged are among them, and a task that runs", () => {
  const states = first.map(({ kind, bytes }) => [kind, decodeSnapshot(kinds[kind], Buffer.from(bytes, "base64")).value])
  expect(states).toContainEqual(["conversation", "merged"])
  expect(states).toContainEqual(["participant", "merged"])
  expect(states).toContainEqual(["scheduler", expect.objectContaining({ retention: "running" })])
})
