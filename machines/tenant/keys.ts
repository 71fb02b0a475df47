/**
 * Idempotency-Keys that the tenant remembers, with the outcome that each had. Two generations: when the younger one is full or
 * a day old, it becomes the elder and the one before is forgotten. So a key is known for a day at least, unless 10 000 newer
 * ones came; and never more than twice as many are kept (I8).
 */
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import type { Once } from "../events.ts"
import type { SendDecided } from "../told.ts"

/** How an event with a key ended; `decided` is there when sends were asked for and allowed. */
export interface KeyedOutcome {
  readonly outcome: "applied" | "duplicate"
  readonly decided?: SendDecided
}

/** What is remembered of a key: what it was used for, and how that ended. */
export interface UsedKey extends KeyedOutcome {
  readonly print: string
}
type Generation = HashMap.HashMap<string, UsedKey>

export interface UsedKeys {
  readonly young: Generation
  readonly old: Generation
  /** When the younger generation began, epoch milliseconds. */
  readonly since: number
}

export const noKeys: UsedKeys = { young: HashMap.empty(), old: HashMap.empty(), since: 0 }

const generationLimit = 10_000
const generationLasts = 24 * 3_600_000

/** What the key was used for; undefined when it is new, or forgotten. */
export const useOf = (keys: UsedKeys, key: string): UsedKey | undefined =>
  Option.getOrUndefined(Option.orElse(HashMap.get(keys.young, key), () => HashMap.get(keys.old, key)))

/** The keys with one more. */
export const withKey = (keys: UsedKeys, once: Once, ended: KeyedOutcome, received: number): UsedKeys => {
  const full = HashMap.size(keys.young) >= generationLimit || received >= keys.since + generationLasts
  const begun = full ? { young: HashMap.empty<string, UsedKey>(), old: keys.young, since: received } : keys
  return { ...begun, young: HashMap.set(begun.young, once.key, { print: once.print, ...ended }) }
}

type Packed = ReadonlyArray<readonly [key: string, print: string, outcome: UsedKey["outcome"], decided?: SendDecided]>

const list = (keys: Generation): Packed =>
  [...keys].map(([key, { print, outcome, decided }]) =>
    decided === undefined ? [key, print, outcome] : [key, print, outcome, decided]
  )
const unlist = (packed: Packed): Generation =>
  HashMap.fromIterable(
    packed.map(
      ([key, print, outcome, decided]) =>
        [key, { print, outcome, ...(decided === undefined ? {} : { decided }) }] as const
    )
  )

/** The keys as plain data, for a snapshot, and back. */
export const packKeys = ({ young, old, since }: UsedKeys) => ({ young: list(young), old: list(old), since })
export const unpackKeys = (packed: ReturnType<typeof packKeys>): UsedKeys => ({
  young: unlist(packed.young),
  old: unlist(packed.old),
  since: packed.since
})
