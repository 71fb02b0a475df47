/**
 * What a Message-ID is worth (CONTRACT, preamble): it joins mails into a thread, unless it is none, or stands on several mails. A
 * merge cannot be undone, so what may be strangers stays apart.
 */
import { describe, expect, test } from "vitest"
import type { FactArrived } from "../../machines/events.ts"
import { constantLimit, fromList, learn, lookUp, noThreads, threadOf, toList } from "../../machines/channel/threads.ts"
import type { Threads } from "../../machines/channel/threads.ts"
import {
  chatLimit,
  chatNamed,
  chatShown,
  earlierChats,
  hasForgottenChats,
  noChats,
  threadOfChat
} from "../../machines/channel/chats.ts"

interface Told {
  readonly id?: string | null
  readonly answers?: ReadonlyArray<string>
  readonly by?: string | null
  readonly at?: number | null
  readonly text?: string
  readonly thread_id?: string
  readonly alone?: string
}

const mail = (n: number, told: Told = {}) => {
  const { id = `<m${n}@x>`, answers = [], by = `email:p${n}@x`, at = n * 1000, text = `text ${n}` } = told
  const where: FactArrived["where"] = {
    thread_id: told.thread_id ?? null,
    names: [`E${n}`],
    roots: answers.slice(0, 1),
    answers: answers.slice(1)
  }
  return { where, mark: { message_id: id, by, at, text, alone: told.alone ?? `alone ${n}` } }
}
type Mail = ReturnType<typeof mail>

/** The threads that the mails are in, in the order in which they come, and what is joined by them. */
const told = (mails: ReadonlyArray<Mail>, from: Threads = noThreads) => {
  let threads = from
  const placed: Array<string> = []
  const joined: Array<string> = []
  for (const [n, { where, mark }] of mails.entries()) {
    const learnt = learn(threads, where, mark, n)
    threads = learnt.threads
    placed.push(learnt.thread)
    joined.push(...learnt.joined.map(({ from, into }) => `${from} → ${into}`))
  }
  return { threads, placed, joined }
}
const slept = (threads: Threads): Threads => fromList(JSON.parse(JSON.stringify(toList(threads))))

describe("a Message-ID that a broken mailer puts on every mail", () => {
  const constant = "<constant@broken>"

  test("joins nothing: each mail stands alone, and a repeat of either is where it was", () => {
    const mails = [mail(1, { id: constant }), mail(2, { id: constant }), mail(3, { id: constant })]
    const { placed, joined } = told([...mails, ...mails])
    expect(placed).toEqual([constant, "alone 2", "alone 3", constant, "alone 2", "alone 3"])
    expect(joined).toEqual([])
  })

  test("is found out by another time alone, and by another sender alone", () => {
    expect(
      told([mail(1, { id: constant, by: "email:p@x" }), mail(2, { id: constant, by: "email:p@x" })]).placed[1]
    ).toBe("alone 2")
    expect(told([mail(1, { id: constant, at: 5 }), mail(2, { id: constant, at: 5 })]).placed[1]).toBe("alone 2")
  })

  test("joins no answer from then on; those that named it before stay where they are", () => {
    const answer = (n: number) => mail(n, { answers: [constant] })
    const { placed } = told([mail(1, { id: constant }), answer(5), mail(2, { id: constant }), answer(6), answer(5)])
    expect(placed).toEqual([constant, constant, "alone 2", "<m6@x>", constant])
  })

  test("does not join two threads that its mails answer", () => {
    const { placed, joined } = told([
      mail(1),
      mail(2),
      mail(3, { id: constant, answers: ["<m1@x>"] }),
      mail(4, { id: constant, answers: ["<m2@x>"] })
    ])
    expect(placed).toEqual(["<m1@x>", "<m2@x>", "<m1@x>", "<m2@x>"])
    expect(joined).toEqual([])
  })

  test("is remembered when the index sleeps, and when its thread is forgotten; so many at most", () => {
    const { threads } = told([mail(1, { id: constant }), mail(2, { id: constant })])
    expect(told([mail(3, { id: constant }), mail(1, { id: constant })], slept(threads)).placed).toEqual([
      "alone 3",
      constant
    ])
    const many = Array.from({ length: 2 * (constantLimit + 10) }, (_, n) =>
      mail(n, { id: `<c${Math.floor(n / 2)}@x>` })
    )
    expect(toList(told(many).threads).constants.length).toBe(constantLimit)
  })

  test("is one that rows have shown to be one", () => {
    const { where, mark } = mail(2, { id: constant })
    const { thread } = learn(noThreads, { ...where, constants: [constant] }, mark, 0)
    expect(thread).toBe("alone 2")
  })
})

test("two copies of one mail, dated when it left and when it arrived, are one mail", () => {
  const copy = { id: "<m1@x>", by: "email:me@x", text: "the very same" }
  expect(told([mail(1, copy), mail(60, copy), mail(2, { answers: ["<m1@x>"] })]).placed).toEqual([
    "<m1@x>",
    "<m1@x>",
    "<m1@x>"
  ])
})

test("what nothing tells of a mail tells it from no other", () => {
  const bare = { id: "<m1@x>", by: null, at: null }
  expect(told([mail(1, bare), mail(1), mail(1, bare)]).placed).toEqual(["<m1@x>", "<m1@x>", "<m1@x>"])
})

describe("one mail never joins two strangers", () => {
  test("two threads whose beginnings were seen: it stands in the one that it answers", () => {
    const { placed, joined } = told([
      mail(1),
      mail(2),
      mail(3, { answers: ["<m1@x>", "<m2@x>"] }),
      mail(4, { answers: ["<m1@x>"] })
    ])
    expect(placed).toEqual(["<m1@x>", "<m2@x>", "<m2@x>", "<m1@x>"])
    expect(joined).toEqual([])
  })

  test("two threads to which the provider gave two ids", () => {
    const { placed, joined } = told([
      mail(1, { thread_id: "T1" }),
      mail(2, { thread_id: "T2" }),
      mail(3, { answers: ["<m1@x>", "<m2@x>"] }),
      mail(4, { answers: ["<m1@x>"] }),
      mail(2, { thread_id: "T1" })
    ])
    expect(placed).toEqual(["T1", "T2", "T2", "T1", "T1"])
    expect(joined).toEqual([])
  })

  test("but what was only spoken of is joined once somebody tells what it answers", () => {
    const { placed, joined } = told([mail(3, { answers: ["<m2@x>"] }), mail(1), mail(2, { answers: ["<m1@x>"] })])
    expect(placed).toEqual(["<m2@x>", "<m1@x>", "<m1@x>"])
    expect(joined).toEqual(["<m2@x> → <m1@x>"])
  })
})

test.each(["__proto__", "constructor", "toString", "hasOwnProperty"])(
  "the name %s is a name like any other",
  (name) => {
    const odd = mail(1, { id: null, answers: [name], alone: name })
    const { threads, placed } = told([odd, mail(2), odd])
    expect(placed).toEqual([name, "<m2@x>", name])
    expect(lookUp(slept(threads), odd.where, odd.mark)).toBeNull()
    const known = chatShown(chatNamed(noChats, name, null, 1), name, "thread", 2)
    expect(known.joined).toEqual([{ from: name, into: "thread" }])
    expect([threadOfChat(known.chats, name), threadOfChat(noChats, name)]).toEqual(["thread", null])
  }
)

describe("an index that an earlier version kept", () => {
  const touched = 1
  const earlier = [
    // A chain, with the ids of the mailbox among its names.
    {
      key: "id-a",
      names: { "<a@X>": false, "id-a": false, "17": false, "<b@x>": true },
      claims: [],
      founded: ["<a@X>"],
      touched
    },
    // What a repeated number had joined.
    { key: "18", names: { "<c@x>": false, "<d@x>": false, "18": false }, claims: ["T1", "T2"], founded: [], touched },
    // Chats: one known to both versions, one to v2 alone, and two that a message's number had mixed.
    { key: "net-1", names: { "net-1": false, m1: true }, claims: ["g1"], founded: [], touched },
    { key: "net-2", names: { "net-2": false, m2: true }, claims: [], founded: ["net-2"], touched },
    { key: "net-3", names: { "net-3": false, "net-4": false, "42": true }, claims: ["g3", "g4"], founded: [], touched }
  ]

  test("goes on to join by Message-IDs alone, and what it joined by mistake joins no more", () => {
    const threads = fromList(earlier)
    expect(toList(threads).groups.map(({ founded }) => founded)).toEqual([["<a@X>"]])
    const next = told(
      [mail(1, { answers: ["<b@x>"] }), mail(2, { answers: ["<c@x>"] }), mail(3, { id: null })],
      threads
    )
    expect(next.placed).toEqual(["<a@x>", "<c@x>", "alone 3"])
    expect(next.joined).toEqual(["<a@X> → <a@x>"])
  })

  test("knows the chats that it knew for certain", () => {
    const chats = earlierChats(earlier)
    const known = ["net-1", "net-2", "net-3", "net-4", "m1", "id-a"].map((chat) => threadOfChat(chats, chat))
    expect(known).toEqual(["g1", "net-2", null, null, null, null])
    expect(chatShown(chats, "net-2", "g2", 2).joined).toEqual([{ from: "net-2", into: "g2" }])
  })
})

test("so many chats are remembered at most; one that may have been forgotten is joined to be safe (I8)", () => {
  let chats = noChats
  for (let n = 0; n < chatLimit + 200; n++) chats = chatNamed(chats, `net-${n}`, null, n)
  expect(hasForgottenChats(chats)).toBe(true)
  expect(threadOfChat(chats, "net-0")).toBeNull()
  expect(chatShown(chats, "net-0", "g", 9999).joined).toEqual([{ from: "net-0", into: "g" }])
  expect(chatShown(noChats, "net-0", "g", 9999).joined).toEqual([])
})

test("a group without a root is named after the least of its names", () => {
  const { threads } = told([mail(1, { answers: ["<m0@x>"] })])
  expect(toList(threads).groups).toHaveLength(1)
  const [group] = toList(threads).groups
  expect(
    threadOf({
      ...group!,
      names: new Map([
        ["<b@x>", { answers: true, print: null }],
        ["<a@x>", { answers: true, print: null }]
      ])
    })
  ).toBe("<a@x>")
})
