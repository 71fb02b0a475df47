/**
 * Which mails are one thread: an index of the account's recent threads (CONTRACT 2.4 external_thread_id). A mail without thread id
 * belongs to the chain that it answers. Only Message-IDs join, and what they join is a function of what was told, not of its order
 * (I3); a merge cannot be undone, so a Message-ID that stands on two mails joins nothing from then on, and nothing joins two
 * threads whose roots have both been seen, or to which the provider gave two ids. Bounded (I8): the threads that changed longest
 * ago are forgotten first.
 */
import * as Hash from "effect/Hash"
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import type { MailMark, Whereabouts } from "../events.ts"
import { isMessageId, messageIdsIn } from "../message-id.ts"

/** What tells a mail from others, its text among it. */
export interface Mark extends MailMark {
  readonly text: string | null
}

/** What a mail was like, so that another one with its Message-ID is told from it; null where nothing tells. */
export interface Print {
  /** The sender's key, as a digest. */
  readonly by: number | null
  /** The mail's own time, in seconds. */
  readonly at: number | null
  /** Digest of its text. */
  readonly text: number | null
}

/** What is known of a Message-ID in a thread. */
export interface Name {
  /** Whether its mail answers something, and so is not the root. */
  readonly answers: boolean
  /** Its mail; null when that was never seen. */
  readonly print: Print | null
}

/** Message-IDs that are one thread. */
export interface Group {
  readonly key: string
  readonly names: ReadonlyMap<string, Name>
  /** The provider's id of the thread, where it gave one to some of them. */
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
  readonly #constants: HashMap.HashMap<string, Constant>

  constructor(
    groups: HashMap.HashMap<string, Group>,
    names: HashMap.HashMap<string, string>,
    constants: HashMap.HashMap<string, Constant>
  ) {
    this.#groups = groups
    this.#names = names
    this.#constants = constants
  }

  get groups(): HashMap.HashMap<string, Group> {
    return this.#groups
  }

  /** Which group a name stands in. */
  get names(): HashMap.HashMap<string, string> {
    return this.#names
  }

  /** Message-IDs that stand on several mails. */
  get constants(): HashMap.HashMap<string, Constant> {
    return this.#constants
  }
}

/** A Message-ID that a broken mailer puts on more than one mail. The mail of this print is in the thread of that name. */
export interface Constant {
  readonly print: Print | null
  readonly found: number
}

/** Threads that are remembered per account; some 150 bytes each in a snapshot. */
export const groupLimit = 1024
/** The oldest leave in groups, so that the sort is paid once per group. */
const evictionGroup = 128
const namesSlack = 2_048
/** Names of all threads of an account; past that the threads that changed longest ago are forgotten too. */
export const namesLimit = 16_384
/** Names of one thread; past that, those of the earliest answers go. */
export const nameLimit = 192
/** Message-IDs that are remembered to stand on several mails; past that, those found first are forgotten. */
export const constantLimit = 256

export const noThreads = new Threads(HashMap.empty(), HashMap.empty(), HashMap.empty())

/** A conversation that is part of another one from now on. */
export interface Joined {
  readonly from: string
  readonly into: string
}

const groupOf = (threads: Threads, name: string): Group | undefined => {
  const key = HashMap.get(threads.names, name)
  return Option.isNone(key) ? undefined : Option.getOrUndefined(HashMap.get(threads.groups, key.value))
}

/** The thread of a group: the provider's id, else its root. */
export const threadOf = ({ claims, names }: Group): string => {
  if (claims.length > 0) return least(claims)
  const roots = [...names].flatMap(([name, { answers }]) => (answers ? [] : [name]))
  return least(roots.length > 0 ? roots : [...names.keys()])
}

export const least = (texts: ReadonlyArray<string>): string => texts.reduce((a, b) => (a <= b ? a : b))

/** What tells this mail from others. */
export const printOf = ({ by, at, text }: Pick<Mark, "by" | "at" | "text">): Print => ({
  by: by === null ? null : Hash.string(by),
  at: at === null ? null : Math.floor(at / 1000),
  text: textPrint(text)
})

/** Two copies of one mail may be dated when it left and when it arrived, seconds. */
const copyTime = 120

/** Whether two sightings can be of one mail: what both tell must agree. */
export const canBeOne = (a: Print, b: Print): boolean => {
  if (a.by !== null && b.by !== null && a.by !== b.by) return false
  if (a.at === null || b.at === null || a.at === b.at) return true
  return a.text !== null && a.text === b.text && Math.abs(a.at - b.at) <= copyTime
}

/** Characters of a mail's text that tell it from others. */
const textPrintLength = 1000

/** Digest of a mail's text; null when there is none. */
const textPrint = (text: string | null): number | null => {
  const beginning = text?.trim().slice(0, textPrintLength).trimEnd() ?? ""
  return beginning === "" ? null : Hash.string(beginning)
}

/** What the ids of a mail are worth. */
interface Judged {
  readonly threads: Threads
  /** Its own Message-ID; null when it has none that is its own alone. */
  readonly own: string | null
  /** The Message-IDs that it answers, the nearest first. */
  readonly ancestors: ReadonlyArray<string>
}

const judged = (threads: Threads, where: Whereabouts, mark: Mark, received: number): Judged => {
  let next = threads
  for (const id of where.constants ?? []) next = withConstant(next, id, null, received)
  const own = mark.message_id
  const print = printOf(mark)
  if (own !== null && !HashMap.has(next.constants, own)) {
    const known = groupOf(next, own)?.names.get(own)?.print ?? null
    if (known !== null && !canBeOne(known, print)) next = withConstant(next, own, known, received)
  }
  const constant = own === null ? undefined : Option.getOrUndefined(HashMap.get(next.constants, own))
  const isOwn = constant === undefined || (constant.print !== null && canBeOne(constant.print, print))
  const ancestors = [...new Set([...where.answers.toReversed(), ...where.roots])]
  return {
    threads: next,
    own: isOwn ? own : null,
    ancestors: ancestors.filter((id) => id !== own && isMessageId(id) && !HashMap.has(next.constants, id))
  }
}

const withConstant = (threads: Threads, id: string, print: Print | null, found: number): Threads => {
  if (HashMap.has(threads.constants, id)) return threads
  let constants = HashMap.set(threads.constants, id, { print, found })
  if (HashMap.size(constants) > constantLimit) {
    const [first] = [...constants].sort(([a, x], [b, y]) => x.found - y.found || (a < b ? -1 : 1))
    constants = HashMap.remove(constants, first![0])
  }
  return new Threads(threads.groups, threads.names, constants)
}

/** The Message-IDs of a mail that can say where it belongs: its own, and those that it answers, the nearest first. */
export const worthOf = (
  threads: Threads,
  where: Whereabouts,
  mark: Mark
): { readonly own: string | null; readonly ancestors: ReadonlyArray<string> } => judged(threads, where, mark, 0)

/** The thread that a mail belongs to as far as its Message-IDs tell; null when they do not. */
export const lookUp = (threads: Threads, where: Whereabouts, mark: Mark): string | null => {
  if (where.thread_id !== null) return where.thread_id
  const { own, ancestors } = worthOf(threads, where, mark)
  for (const name of own === null ? ancestors : [own, ...ancestors]) {
    const group = groupOf(threads, name)
    if (group !== undefined) return threadOf(group)
  }
  return null
}

/** The thread that a conversation of this name is part of by now, as far as the index knows. */
export const presentThread = (threads: Threads, thread: string): string => {
  const group = groupOf(threads, thread)
  return group === undefined || HashMap.has(threads.constants, thread) ? thread : threadOf(group)
}

/** The names that are known to be one thread; none when the thread is not known, or forgotten. */
export const namesOf = (threads: Threads, thread: string): ReadonlyArray<string> => {
  for (const group of HashMap.values(threads.groups)) if (threadOf(group) === thread) return [...group.names.keys()]
  return []
}

export interface Learnt {
  readonly threads: Threads
  readonly thread: string
  /** Threads whose conversations are part of `into` from now on. */
  readonly joined: ReadonlyArray<Joined>
}

/** What is known after a mail. */
export const learn = (threads: Threads, where: Whereabouts, mark: Mark, received: number): Learnt => {
  const { threads: known, own, ancestors } = judged(threads, where, mark, received)
  const mine = own === null ? undefined : groupOf(known, own)
  const given = where.thread_id === null ? [] : [where.thread_id]
  // The provider put one mail into two threads: they stay two.
  const isElsewhere = mine !== undefined && given.length > 0 && mine.claims.some((claim) => !given.includes(claim))
  if (isElsewhere || (own === null && ancestors.length === 0))
    return { threads: known, thread: where.thread_id ?? mark.alone, joined: [] }
  const { groups, strangers } = united(known, mine, ancestors, given)
  const names = namesAfter(groups, {
    own,
    print: printOf(mark),
    isAnswer: where.roots.concat(where.answers).some((name) => name !== own),
    roots: ancestors.filter((name) => !strangers.has(name) && !where.answers.includes(name)),
    answers: ancestors.filter((name) => !strangers.has(name) && where.answers.includes(name))
  })
  const claims = union(
    groups.flatMap((group) => group.claims),
    given
  )
  const key = groups[0]?.key ?? least([...names.keys()])
  const draft = { key, names: bounded(names, new Set([own, key])), claims }
  const into = threadOf({ ...draft, founded: [], touched: received })
  const before = union(
    groups.flatMap((group) => group.founded),
    []
  )
  const joined = before.filter((from) => from !== into).map((from) => ({ from, into }))
  const founded = claims.length > 0 ? [] : [into]
  const group = { ...draft, founded, touched: received }
  const thread = where.thread_id ?? into
  if (groups.length === 1 && same(groups[0]!, group)) return { threads: known, thread, joined: [] }
  return { threads: placed(known, groups, group), thread, joined }
}

/** The groups that a mail shows to be one: its own, and those of its ancestors, unless two of them are known to be two threads. */
const united = (
  threads: Threads,
  mine: Group | undefined,
  ancestors: ReadonlyArray<string>,
  given: ReadonlyArray<string>
): { readonly groups: ReadonlyArray<Group>; readonly strangers: ReadonlySet<string> } => {
  const groups = mine === undefined ? [] : [mine]
  const strangers = new Set<string>()
  for (const name of ancestors) {
    const group = groupOf(threads, name)
    if (group === undefined || groups.includes(group)) continue
    const claims = new Set([...given, ...group.claims, ...groups.flatMap((other) => other.claims)])
    const isSecondRoot = isRooted(group) && groups.some(isRooted)
    if (claims.size > 1 || isSecondRoot) strangers.add(name)
    else groups.push(group)
  }
  return { groups, strangers }
}

/** Whether the mail that began the thread has been seen. */
const isRooted = ({ names }: Group): boolean => {
  for (const { answers, print } of names.values()) if (!answers && print !== null) return true
  return false
}

interface Told {
  readonly own: string | null
  readonly print: Print
  readonly isAnswer: boolean
  readonly roots: ReadonlyArray<string>
  readonly answers: ReadonlyArray<string>
}

const namesAfter = (groups: ReadonlyArray<Group>, told: Told): Map<string, Name> => {
  const names = new Map<string, Name>()
  const add = (name: string, answers: boolean, print: Print | null): void => {
    const known = names.get(name)
    names.set(name, { answers: known?.answers === true || answers, print: filled(known?.print ?? null, print) })
  }
  for (const group of groups) for (const [name, { answers, print }] of group.names) add(name, answers, print)
  if (told.own !== null) add(told.own, told.isAnswer, told.print)
  for (const name of told.roots) add(name, false, null)
  for (const name of told.answers) add(name, true, null)
  return names
}

/** What two sightings of a mail tell of it together. */
const filled = (known: Print | null, print: Print | null): Print | null =>
  known === null
    ? print
    : print === null
      ? known
      : {
          by: known.by ?? print.by,
          at: known.at ?? print.at,
          text: known.text ?? print.text
        }

const union = (a: ReadonlyArray<string>, b: ReadonlyArray<string>): ReadonlyArray<string> =>
  [...new Set([...a, ...b])].sort()

const samePrint = (a: Print | null, b: Print | null): boolean =>
  a?.by === b?.by && a?.at === b?.at && a?.text === b?.text

const same = (a: Group, b: Group): boolean =>
  a.names.size === b.names.size &&
  [...b.names].every(([name, { answers, print }]) => {
    const known = a.names.get(name)
    return known?.answers === answers && samePrint(known.print, print)
  }) &&
  a.claims.join("\n") === b.claims.join("\n") &&
  a.founded.join("\n") === b.founded.join("\n")

/** Answers may be forgotten; what may be the root stays, and what is `needed`. */
const bounded = (names: Map<string, Name>, needed: ReadonlySet<string | null>): ReadonlyMap<string, Name> => {
  if (names.size <= nameLimit) return names
  const answers = [...names].flatMap(([name, { answers }]) => (answers && !needed.has(name) ? [name] : []))
  for (const name of answers.slice(0, names.size - nameLimit)) names.delete(name)
  return names
}

const placed = (threads: Threads, replaced: ReadonlyArray<Group>, group: Group): Threads => {
  let { groups, names } = threads
  for (const { key } of replaced) if (key !== group.key) groups = HashMap.remove(groups, key)
  for (const old of replaced)
    for (const name of old.names.keys()) if (!group.names.has(name)) names = HashMap.remove(names, name)
  for (const name of group.names.keys()) names = HashMap.set(names, name, group.key)
  return evicted(new Threads(HashMap.set(groups, group.key, group), names, threads.constants))
}

/** Whether threads may have been forgotten: rarely it says so before any was. */
export const hasForgotten = (threads: Threads): boolean =>
  HashMap.size(threads.groups) >= groupLimit || HashMap.size(threads.names) >= namesLimit / 2

const evicted = (threads: Threads): Threads => {
  const isWithin = HashMap.size(threads.groups) <= groupLimit + evictionGroup
  if (isWithin && HashMap.size(threads.names) <= namesLimit) return threads
  const byAge = [...HashMap.values(threads.groups)].sort((a, b) => a.touched - b.touched || (a.key < b.key ? -1 : 1))
  let { groups, names } = threads
  for (const group of byAge) {
    if (HashMap.size(groups) <= groupLimit && HashMap.size(names) <= namesLimit - namesSlack) break
    groups = HashMap.remove(groups, group.key)
    for (const name of group.names.keys()) names = HashMap.remove(names, name)
  }
  return new Threads(groups, names, threads.constants)
}

/** A group in a snapshot; `names` as earlier versions wrote them: by name, whether it answers something. */
export interface ListedGroup extends Omit<Group, "names"> {
  readonly names: ReadonlyArray<readonly [name: string, answers: boolean, print: Print | null]> | object
}

/** The index as plain data, for a snapshot. */
export interface ListedThreads {
  readonly groups: ReadonlyArray<ListedGroup>
  readonly constants: ReadonlyArray<readonly [id: string, constant: Constant]>
}

export const toList = (threads: Threads): ListedThreads => ({
  groups: [...HashMap.values(threads.groups)]
    .map((group) => ({
      ...group,
      names: [...group.names].map(([name, { answers, print }]) => [name, answers, print] as const)
    }))
    .sort((a, b) => (a.key < b.key ? -1 : 1)),
  constants: [...threads.constants].sort(([a], [b]) => (a < b ? -1 : 1))
})

/** The index of what `toList` made; earlier versions kept a list of groups alone. */
export const fromList = (listed: ListedThreads | ReadonlyArray<ListedGroup>): Threads => {
  const { groups: list, constants } = "groups" in listed ? listed : { groups: earlierMails(listed), constants: [] }
  let { groups, names } = noThreads
  for (const { names: named, ...rest } of list) {
    const known = new Map(
      (named as ReadonlyArray<readonly [string, boolean, Print | null]>).map(([name, answers, print]) => [
        name,
        { answers, print }
      ])
    )
    groups = HashMap.set(groups, rest.key, { ...rest, names: known })
    for (const name of known.keys()) names = HashMap.set(names, name, rest.key)
  }
  return new Threads(groups, names, HashMap.fromIterable(constants))
}

/**
 * Groups as earlier versions kept them, with ids of mailboxes and of chats among their names: only the Message-IDs go on joining.
 * A group that joined two threads of the provider says nothing of either.
 */
const earlierMails = (list: ReadonlyArray<ListedGroup>): ReadonlyArray<ListedGroup> =>
  list.flatMap((group) => {
    const names = Object.entries(group.names as Readonly<Record<string, boolean>>).flatMap(([name, answers]) =>
      isMessageId(name) ? messageIdsIn(name).map((id) => [id, answers, null] as const) : []
    )
    return names.length === 0 || group.claims.length > 1 ? [] : [{ ...group, key: names[0]![0], names }]
  })
