/**
 * Events per second through a tenant's turn, beside four flat XState actors with one assign each: as many as a message touches.
 *
 * The floor knows nothing of members, unread counts, repeats, order, rows or viewers. What neither measures: HTTP, translation, the
 * journal.
 */
import * as Result from "effect/Result"
import type { Actor } from "xstate"
import { assign, createActor, setup } from "xstate"
import { Inbox } from "../actors/views/inbox.ts"
import { noTotals } from "../actors/views/summary.ts"
import { TenantRuntime } from "../actors/tenant/runtime.ts"
import type { MessageReceived } from "../machines/events.ts"
import { translate } from "../src/providers/unipile/translate.ts"
import { whatsappMessage } from "./messages.ts"
import type { Report } from "./report.ts"
import { perSecond, ratioOrWhy, ratios, summarise, timed } from "./samples.ts"

const chats = 1_000
const events = 40_000
const received = Date.UTC(2026, 4, 5)

const eventsFrom = (start: number): ReadonlyArray<MessageReceived> =>
  Array.from({ length: events }, (_, index) => {
    const [event] = Result.getOrThrow(translate(whatsappMessage(start + index, chats), { received }))
    return event as MessageReceived
  })

/** A runtime whose actors are all vacant, and whose journal is durable at once. */
const newRuntime = (): TenantRuntime => {
  const inbox = new Inbox(noTotals, [])
  const runtime: TenantRuntime = new TenantRuntime(
    "bench",
    { seq: 0, inbox },
    { mailbox: 1_000_000 },
    {
      wake: (actors, envelope) => {
        for (const address of actors) runtime.population.markVacant(address)
        runtime.attempt(envelope)
      },
      locate: (_request, envelope) => runtime.attempt(envelope),
      recall: (_request, envelope) =>
        runtime.attempt({ ...envelope, event: { ...envelope.event, recalled: [] } as MessageReceived }),
      journal: () => {},
      fence: (seq) => runtime.durable(seq),
      startTask: () => {},
      rearm: () => {},
      cutSoon: () => {}
    }
  )
  const settle = () => {}
  runtime.submit({ event: { type: "tenant_created", name: "bench", webhook_secret: "", received, via: "api" }, settle })
  runtime.submit({
    event: {
      type: "connection_registered",
      account_id: "bench-account",
      channel_type: "whatsapp",
      account_name: "bench",
      user_id: "u",
      connection_config: {},
      provider_config: {},
      is_active: null,
      received,
      via: "api"
    },
    settle
  })
  return runtime
}

const throughTurn = (runtime: TenantRuntime, batch: ReadonlyArray<MessageReceived>): void => {
  let applied = 0
  const settle = (result: unknown) => {
    if ((result as { outcome?: string }).outcome === "applied") applied++
  }
  for (const event of batch) {
    runtime.submit({ event, settle })
    runtime.durable(runtime.seq)
  }
  if (applied !== batch.length) throw new Error(`${applied} of ${batch.length} events were applied`)
  // What a cut would take every few seconds must not pile up here, nor count as uncut.
  runtime.rows.take()
  runtime.cutHolds(runtime.seq, runtime.uncutWeight)
}

/** One context field for each counter that the message moves; an event object for each send, as the turn makes. */
const counting = setup({
  types: {} as { context: { readonly count: number; readonly at: number }; events: { type: "came"; at: number } }
}).createMachine({
  context: { count: 0, at: 0 },
  initial: "active",
  states: {
    active: {
      on: {
        came: {
          actions: assign(({ context, event }) => ({ count: context.count + 1, at: Math.max(context.at, event.at) }))
        }
      }
    }
  }
})

/** The floor: a flat actor with one assign for each actor that the message touches, found in a map by its name. */
const newBare = () => {
  const actors = new Map<string, Actor<typeof counting>>()
  const send = (name: string, at: number) => {
    let actor = actors.get(name)
    if (actor === undefined) actors.set(name, (actor = createActor(counting).start()))
    actor.send({ type: "came", at })
  }
  return (batch: ReadonlyArray<MessageReceived>): void => {
    for (const { at, external_thread_id, sender } of batch) {
      send("tenant", at)
      send("channel", at)
      send(external_thread_id, at)
      send(sender!.key, at)
    }
  }
}

export const benchTurn = (quick: boolean, report: Report): void => {
  const rounds = quick ? 2 : 7
  const runtime = newRuntime()
  const bare = newBare()
  const ours: Array<number> = []
  const floor: Array<number> = []
  for (let round = 0; round <= rounds; round++) {
    const batch = eventsFrom(round * events)
    const bareMs = timed(() => bare(batch))
    const turnMs = timed(() => throughTurn(runtime, batch))
    if (round === 0) continue // making the actors, and the compiler's warm-up
    ours.push((events / turnMs) * 1000)
    floor.push((events / bareMs) * 1000)
    report.step(`turn: round ${round} of ${rounds}`)
  }
  report.head(
    `A tenant's turn: ${events.toLocaleString("en-US")} inbound messages over ${chats} resident conversations, ${rounds} rounds`
  )
  report.line("turn", perSecond(summarise(ours)))
  report.line("flat XState, 4 assigns", perSecond(summarise(floor)))
  report.line("ratio", ratioOrWhy(ratios(ours, floor)))
  report.keep("turn", "turn", { rate: ours })
  report.keep("turn", "flat XState, 4 assigns", { rate: floor })
}
