/**
 * A viewer that is cut at any moment and comes back holds what a fresh one gets (I7): random histories on the real process, its
 * sockets destroyed and itself killed at random, both encodings, every kind of topic, and one that hardly reads.
 * Repeat a run with SEED=…
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Encoding } from "../../actors/feed/frames.ts"
import { told } from "../feed/told.ts"
import { Watcher, newTally } from "../feed/watcher.ts"
import { databases } from "../support/databases.ts"
import { fixture, fixtureAccount } from "../support/fixtures.ts"
import { random } from "../support/seeded.ts"
import type { Server, Tenant } from "../support/server.ts"
import { startServer } from "../support/server.ts"
import { message } from "../support/whatsapp.ts"

/** Quiet moments at which everybody is compared, and what happens between two of them. */
const rounds = 6
const actsPerRound = 40
/** The process is killed in every so many rounds, in the middle. */
const killEvery = 3
/** Looks at a moment that turns out not to be quiet yet: an access is counted in the background. */
const patience = 200
const noon = Date.UTC(2026, 4, 4, 12)
/** Long ids make a long inbox, and a long inbox fills a socket. */
const fillers = Array.from({ length: 100 }, (_, n) => `filler-${n}-`.padEnd(300, "x"))
const chats = ["one", "two", "three", "four"]
const encodings: ReadonlyArray<Encoding> = ["json", "msgpack"]

describe.each(databases)("viewers and fresh viewers on $name", (database) => {
  let server: Server
  let acme: Tenant
  beforeAll(async () => {
    server = await startServer(database, { SWITCHBOARD_SNAPSHOT_INTERVAL: "1 second" })
    acme = await server.tenant("acme", fixtureAccount)
  })
  afterAll(() => server.close())

  const path = (rest: string) => `/v1/tenants/acme${rest}`
  const socket = async (user_id: string) => {
    const { json } = await server.call("POST", path("/feed-tokens"), acme.key, { user_id })
    return `${server.url.replace("http", "ws")}/v1/feed?token=${json.token}`
  }

  it("hold the same at every quiet moment, however they were cut", async () => {
    const next = random("feed equivalence")
    const below = (n: number) => Math.floor(next() * n)
    const pick = <A>(of: ReadonlyArray<A>): A => of[below(of.length)]!
    let made = 0

    const numberIn = (chat: string) => `4477009${chat.length}${String(chat.charCodeAt(0)).padStart(4, "0")}`
    const written = (payload: ReturnType<typeof message>, id: string, phone_number: string | null) => {
      const sender = {
        ...payload.sender,
        attendee_provider_id: id,
        attendee_public_identifier: id,
        attendee_specifics: { provider: "WHATSAPP", ...(phone_number && { phone_number }) }
      }
      return { ...payload, sender, attendees: [sender] }
    }
    /** Somebody who has written before, elsewhere, under a number. */
    const numbered = (chat: string) => {
      const payload = message({ chat: fillers[0]!, id: `numbered-${chat}`, at: noon - 60_000 })
      return written(payload, `${numberIn(chat)}@s.whatsapp.net`, `+${numberIn(chat)}`)
    }
    /** The same person under a hidden id: once the number is shown, two people become one. */
    const hidden = (chat: string, isShown: boolean) => {
      const payload = message({ chat, id: `hidden-${made++}`, at: noon + made * 1_000 })
      return written(payload, `${chat.length}${chat.charCodeAt(0)}@lid`, isShown ? `+${numberIn(chat)}` : null)
    }

    /** Most come as they were written; some late, some at one instant, some from a clock that is ahead. */
    const timeOf = (): number => {
      const dice = next()
      if (dice < 0.15) return noon - below(60) * 1_000
      return dice < 0.3 ? noon : dice < 0.35 ? Date.now() + 400 * 86_400_000 : noon + made * 1_000
    }

    /** A webhook or a command; sent again until it is answered, as a provider does. */
    const act = (): (() => Promise<unknown>) => {
      const chat = pick(chats)
      const dice = below(100)
      if (dice < 45) {
        const payload = message({ chat, id: `m-${made++}`, at: timeOf(), outbound: next() < 0.3 })
        return () => server.webhook(acme, payload)
      }
      if (dice < 60 && made > 0) {
        const event = pick(["message_read", "message_delivered", "message_deleted", "message_edited"])
        const payload = message({
          chat,
          id: `m-${below(made)}`,
          at: noon + made * 1_000,
          event,
          outbound: next() < 0.5
        })
        return () => server.webhook(acme, payload)
      }
      if (dice < 66) {
        const payload = hidden(chat, next() < 0.2)
        return () => server.webhook(acme, payload)
      }
      if (dice < 72) {
        const payload = fixture(pick(["account_status.ok", "account_status.error", "account_status.credentials"]))
        return () => server.webhook(acme, payload)
      }
      const command = (method: string, rest: string, body: unknown) => () =>
        server.call(method, path(`/conversations/${chat}${rest}`), acme.key, body)
      const user_id = pick(["ann", "bo"])
      if (dice < 74) return command("PUT", "/assigned-to", { assigned_to: pick(["ann", null]) })
      if (dice < 76)
        return command("POST", "/labels", { add: [pick(["vip", "late"])], remove: [pick(["vip", "late"])] })
      if (dice < 78) return command("PUT", "/snooze", { until: pick([null, "2099-01-01T00:00:00.000Z"]) })
      if (dice < 82) return command("POST", pick(["/read", "/unread"]), { user_id })
      if (dice < 90) return command("PUT", "/priority", { priority: pick(["low", "normal", "high"]) })
      if (dice < 94) return command("PUT", "/status", { status: pick(["active", "archived", "spam", "deleted"]) })
      const payload = message({ chat: pick(fillers), id: `f-${made++}`, at: noon + made * 1_000 })
      return () => server.webhook(acme, payload)
    }
    const insist = async (what: () => Promise<unknown>): Promise<void> => {
      for (let tries = 0; ; tries++) {
        const reply = (await what().catch(() => null)) as { status: number } | null
        // A command may be refused by a rule; what matters is that it was answered.
        if (reply !== null && reply.status < 500) return
        if (tries === 10_000) throw new Error("an act was never answered")
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }

    for (const chat of [...chats, ...fillers]) {
      await insist(() => server.webhook(acme, message({ chat, id: `first-${chat}`, at: noon })))
    }
    const people: Array<string> = []
    for (const chat of chats) {
      await insist(() => server.webhook(acme, numbered(chat)))
      await insist(() => server.webhook(acme, hidden(chat, false)))
      const { json } = await server.call("GET", path(`/conversations/${chat}`), acme.key)
      for (const { role, participant_id } of json.members) if (role !== "owner") people.push(participant_id)
    }
    const topics = [
      "inbox",
      `inbox:${fixtureAccount}`,
      ...chats.map((chat) => `conversation:${chat}`),
      ...chats.map((chat) => `messages:${chat}`),
      `connection:${fixtureAccount}`,
      ...people.map((id) => `participant:${id}`)
    ]

    const tally = newTally()
    const watchers = Array.from(
      { length: 8 },
      (_, n) => new Watcher([...topics, "inbox:mine"], encodings[n % 2]!, tally)
    )
    /** Reads nothing until a quiet moment, but asks for more than fits into its socket. */
    const ofSlow = newTally()
    const slow = new Watcher(["inbox"], "json", ofSlow)
    /** Asks for fresh snapshots of everything; one socket, so that its looking counts as access only now and then. */
    const fresh = new Watcher(topics, "json", newTally())
    const join = async (watcher: Watcher) => watcher.join(await socket(watcher === fresh ? "fresh" : "ann"))
    const asksOfSlow = 300
    const burdenSlow = () => {
      slow.client.ws.pause()
      for (let n = 0; n < asksOfSlow; n++) slow.client.send({ type: "subscribe", topic: "inbox" })
    }
    let [kills, quiet, skipped] = [0, 0, 0]
    await Promise.all([...watchers, slow, fresh].map(join))

    /** It reads again: of what it asked for it got what there was room for, and then one more. */
    const relieveSlow = async () => {
      const before = ofSlow.snapshots
      slow.client.ws.resume()
      await slow.settle()
      if (ofSlow.snapshots - before < asksOfSlow) skipped++
    }

    /** True if the fresh snapshots are from a quiet moment, and then everybody holds the same. */
    const compare = async (): Promise<boolean> => {
      for (const topic of topics) fresh.client.send({ type: "subscribe", topic })
      await fresh.settle()
      await Promise.all([...watchers.map((watcher) => watcher.settle()), slow.settle()])
      for (const watcher of [...watchers, slow]) {
        for (const [topic, view] of watcher.views) {
          // Whose that is stands in the token.
          if (topic === "inbox:mine") continue
          const { epoch, offset } = fresh.views.get(topic)!.position!
          expect(view.position!.epoch, topic).toBe(epoch)
          if (view.position!.offset !== offset) return false
        }
      }
      for (const watcher of [...watchers, slow]) {
        for (const [topic, view] of watcher.views) {
          if (topic === "inbox:mine") continue
          expect(told(view.state), `${topic} over ${watcher.encoding}`).toEqual(told(fresh.views.get(topic)!.state))
        }
      }
      return true
    }

    /** The badge is what the lists add up to (CONTRACT §8): over the feed, and over HTTP page by page. */
    const expectTotals = async (): Promise<void> => {
      const { totals, conversations } = fresh.views.get("inbox")!.state as any
      const listed = async (query: string) => {
        const items: Array<any> = []
        for (let cursor: string | null = ""; cursor !== null;) {
          const rest = cursor === "" ? "" : `&cursor=${cursor}`
          const { json } = await server.call("GET", path(`/conversations?limit=30${query}${rest}`), acme.key)
          items.push(...json.items)
          cursor = json.next_cursor
        }
        return items
      }
      /** A part of the inbox is what the list says when it is narrowed to it. */
      const expectPart = async (state: any, query: string, what: string) => {
        const items = await listed(`&status=active${query}`)
        expect(sumOf(items), what).toEqual(sumOf(Object.values(state.conversations)))
        expect(state.totals, what).toMatchObject(sumOf(items))
        expect(Object.keys(state.conversations).sort(), what).toEqual(items.map(({ id }) => id).sort())
      }
      const sumOf = (items: ReadonlyArray<any>) => ({
        unread_count: items.reduce((sum, { unread_count }) => sum + unread_count, 0),
        unread_conversations: items.filter(({ unread_count }) => unread_count > 0).length,
        conversations: items.length
      })
      await expectPart(
        fresh.views.get(`inbox:${fixtureAccount}`)!.state,
        `&connection=${fixtureAccount}`,
        "one account"
      )
      for (const { views } of watchers)
        await expectPart(views.get("inbox:mine")!.state, "&assigned=ann&unassigned=true", "ann's")
      const { unread_count, unread_conversations } = totals
      const active = { unread_count, unread_conversations, conversations: totals.conversations }
      expect(sumOf(Object.values(conversations)), "over the feed").toEqual(active)
      expect(sumOf(await listed("&status=active")), "over HTTP").toEqual(active)
      expect(sumOf(await listed("&unread=true")), "what waits").toMatchObject({ unread_count, unread_conversations })
      for (const status of ["archived", "spam", "deleted"])
        expect((await listed(`&status=${status}`)).length, status).toBe(totals[status])
      expect((await listed("&status=active&snoozed=true")).length, "put off").toBe(totals.snoozed)
    }

    for (let round = 0; round < rounds; round++) {
      const killAt = round % killEvery === killEvery - 1 ? below(actsPerRound) : -1
      const isSlow = killAt < 0
      if (isSlow) burdenSlow()
      const acts: Array<Promise<void>> = []
      for (let n = 0; n < actsPerRound; n++) {
        const isRevealing = round === rounds >> 1 && n === actsPerRound >> 1
        acts.push(insist(isRevealing ? () => server.webhook(acme, hidden(chats[0]!, true)) : act()))
        const watcher = pick(watchers)
        if (n === killAt) {
          await server.kill()
          await server.restart()
          kills++
          for (const each of [...watchers, slow, fresh]) {
            each.cut()
            await join(each)
          }
          continue
        }
        const dice = next()
        if (dice < 0.2) {
          watcher.cut()
          // Sometimes it stays away for a while.
          if (next() < 0.5) await Promise.all(acts.splice(0))
          await join(watcher)
        } else if (dice < 0.45) await watcher.settle()
        else if (dice < 0.65) await Promise.all(acts.splice(0))
      }
      await Promise.all(acts)
      if (isSlow) await relieveSlow()
      for (let tries = 0; !(await compare()); tries++) expect(tries, "it never becomes quiet").toBeLessThan(patience)
      await expectTotals()
      quiet++
    }

    console.log(
      `feed equivalence on ${database.name}: ${quiet} quiet moments, ${kills} kill -9, ${tally.cuts} cuts, recovered ` +
        `${tally.recovered.true} true / ${tally.recovered.false} false, ${tally.snapshots} snapshots, ${tally.patches} patches, ` +
        `the slow one skipped in ${skipped} rounds`
    )
    const now = await Promise.all(people.map((id) => server.call("GET", path(`/participants/${id}`), acme.key)))
    // What the run is about did happen.
    expect(kills).toBe(Math.floor(rounds / killEvery))
    expect(tally.recovered.true).toBeGreaterThan(0)
    expect(tally.recovered.false).toBeGreaterThan(0)
    expect(tally.patches).toBeGreaterThan(rounds)
    expect(skipped).toBeGreaterThan(0)
    expect(
      now.some(({ json }, n) => json.id !== people[n]),
      "somebody became part of another"
    ).toBe(true)
  }, 300_000)
})
