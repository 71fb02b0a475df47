/**
 * Which names belong to one thread: an index of the account's recent threads (CONTRACT 2.4 external_thread_id). A mail without
 * thread id belongs to the chain that it answers; a chat has a name of its own at the network. Names that turn out to be one
 * thread's are united, so that the thread is a function of what was told, not of its order (I3). Bounded (I8): the threads
 * that changed longest ago are forgotten first.
 */
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import type { Whereabouts } from "../events.ts"

/** Names that are one thread. */
export interface Group {
  readonly key: string
  /** By name: whether it answers something, and so is not the root. */
  readonly names: Readonly<Record<string, boolean>>
  /** Thread ids that the provider has given to some of them. */
  readonly claims: ReadonlyArray<string>
  /** Threads under which conversations were founded before the provider's id or the true root was known. */
  readonly founded: ReadonlyArray<string>
  readonly touched: number
}

/**
 * The index: an immutable value. Its maps are private, because XState walks through all that it can see of a context whenever it
 * restores one, and a turn that has to wait restores everyone.
 */
export class Threads {
  readonly #groups: HashMap.HashMap<string, Group>
  readonly #names: HashMap.HashMap<string, string>

  constructor(groups: HashMap.HashMap<string, Group>, names: HashMap.HashMap<string, string>) {
    this.#groups = groups
    this.#names = names
  }

  get groups(): HashMap.HashMap<string, Group> {
    return this.#groups
  }

  /** Which group a name stands in. */
  get names(): HashMap.HashMap<string, string> {
    return this.#names
  }
}

/** Threads that are remembered per account; some 150 bytes each in a snapshot. */
export const groupLimit = 1024
/** The oldest leave in groups, so that the sort is paid once per group. */
const evictionGroup = 128
/** Names of one thread; past that, those of the earliest answers go. */
export const nameLimit = 192

export const noThreads = new Threads(HashMap.empty(), HashMap.empty())

/** The group of a name. */
const groupOf = (threads: Threads, name: string): Group | undefined => {
  const key = HashMap.get(threads.names, name)
  return Option.isNone(key) ? undefined : Option.getOrUndefined(HashMap.get(threads.groups, key.value))
}

/** The thread of a group: the provider's id, the least of several; else its root. */
export const threadOf = (group: Group): string => {
  if (group.claims.length > 0) return least(group.claims)
  const names = Object.keys(group.names)
  const roots = names.filter((name) => !group.names[name])
  // A Message-ID is the same for everybody; ids of an account are not.
  const candidates = roots.length > 0 ? roots : names
  const global = candidates.filter((name) => name.startsWith("<"))
  return least(global.length > 0 ? global : candidates)
}

const least = (texts: ReadonlyArray<string>): string => texts.reduce((a, b) => (a <= b ? a : b))

/** The thread that a fact belongs to as far as is known; null when nothing that it names is. */
export const lookUp = (threads: Threads, where: Whereabouts): string | null => {
  if (where.thread_id !== null) return where.thread_id
  for (const name of [...where.names, ...where.roots, ...where.answers]) {
    const group = groupOf(threads, name)
    if (group !== undefined) return threadOf(group)
  }
  return null
}

/** The names that are known to be one thread; none when the thread is not known, or forgotten. */
export const namesOf = (threads: Threads, thread: string): ReadonlyArray<string> => {
  for (const group of HashMap.values(threads.groups)) if (threadOf(group) === thread) return Object.keys(group.names)
  return []
}

export interface Learnt {
  readonly threads: Threads
  readonly thread: string
  /** Threads whose conversations are part of `into` from now on. */
  readonly joined: ReadonlyArray<{ readonly from: string; readonly into: string }>
}

/** What is known after a fact that names its thread, or something that the thread can be named after. */
export const learn = (threads: Threads, where: Whereabouts, received: number, founds: boolean): Learnt => {
  const names = [...new Set([...where.names, ...where.roots, ...where.answers])].filter((name) => name !== "__proto__")
  if (names.length === 0) return { threads, thread: where.thread_id ?? "", joined: [] }
  const known = [...new Set(names.map((name) => groupOf(threads, name)).filter((group) => group !== undefined))]
  const answering = where.roots.concat(where.answers).some((name) => !where.names.includes(name))
  const flags: Record<string, boolean> = {}
  for (const group of known) Object.assign(flags, group.names)
  for (const group of known) for (const name in group.names) flags[name] ||= group.names[name]!
  for (const name of where.names) flags[name] = flags[name] === true || answering
  for (const name of where.roots) flags[name] ??= false
  for (const name of where.answers) flags[name] = true
  const claims = union(
    known.flatMap((group) => group.claims),
    where.thread_id === null ? [] : [where.thread_id]
  )
  const draft = { key: known[0]?.key ?? names[0]!, names: bounded(flags), claims }
  const into = threadOf({ ...draft, founded: [], touched: received })
  const thread = where.thread_id ?? into
  const before = union(
    known.flatMap((group) => group.founded),
    []
  )
  const joined = before.filter((from) => from !== into).map((from) => ({ from, into }))
  const founded = union(
    before.filter((from) => from === into && claims.length === 0),
    founds && claims.length === 0 ? [into] : []
  )
  const only = known.length === 1 ? known[0]! : null
  if (only !== null && same(only, draft.names, claims, founded)) return { threads, thread, joined: [] }
  return { threads: placed(threads, known, { ...draft, founded, touched: received }), thread, joined }
}

const union = (a: ReadonlyArray<string>, b: ReadonlyArray<string>): ReadonlyArray<string> =>
  [...new Set([...a, ...b])].sort()

const same = (group: Group, names: Group["names"], claims: Group["claims"], founded: Group["founded"]): boolean =>
  Object.keys(names).length === Object.keys(group.names).length &&
  Object.keys(names).every((name) => group.names[name] === names[name]) &&
  claims.join("\n") === group.claims.join("\n") &&
  founded.join("\n") === group.founded.join("\n")

/** Answers may be forgotten; what may be the root stays. */
const bounded = (names: Record<string, boolean>): Record<string, boolean> => {
  const all = Object.keys(names)
  if (all.length <= nameLimit) return names
  const dropped = new Set(all.filter((name) => names[name]).slice(0, all.length - nameLimit))
  return Object.fromEntries(Object.entries(names).filter(([name]) => !dropped.has(name)))
}

const placed = (threads: Threads, replaced: ReadonlyArray<Group>, group: Group): Threads => {
  let { groups, names } = threads
  for (const { key } of replaced) if (key !== group.key) groups = HashMap.remove(groups, key)
  for (const old of replaced)
    for (const name in old.names) if (!(name in group.names)) names = HashMap.remove(names, name)
  for (const name in group.names) names = HashMap.set(names, name, group.key)
  return evicted(new Threads(HashMap.set(groups, group.key, group), names))
}

/** Whether threads may have been forgotten: rarely it says so before any was. */
export const hasForgotten = (threads: Threads): boolean => HashMap.size(threads.groups) >= groupLimit

const evicted = (threads: Threads): Threads => {
  if (HashMap.size(threads.groups) <= groupLimit + evictionGroup) return threads
  const oldest = [...HashMap.values(threads.groups)]
    .sort((a, b) => a.touched - b.touched || (a.key < b.key ? -1 : 1))
    .slice(0, HashMap.size(threads.groups) - groupLimit)
  let { groups, names } = threads
  for (const group of oldest) {
    groups = HashMap.remove(groups, group.key)
    for (const name in group.names) names = HashMap.remove(names, name)
  }
  return new Threads(groups, names)
}

/** The index as a plain list, for a snapshot. */
export const toList = (threads: Threads): ReadonlyArray<Group> =>
  [...HashMap.values(threads.groups)].sort((a, b) => (a.key < b.key ? -1 : 1))

/** The index of a list that `toList` made. */
export const fromList = (list: ReadonlyArray<Group>): Threads => {
  let { groups, names } = noThreads
  for (const group of list) {
    groups = HashMap.set(groups, group.key, group)
    for (const name in group.names) names = HashMap.set(names, name, group.key)
  }
  return new Threads(groups, names)
}
