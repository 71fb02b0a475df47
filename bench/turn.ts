/**
 * Events per second through a tenant's turn, beside the same XState machines driven bare.
 *
 * The floor sends each actor exactly the events that the turn would send it, by hand: no routing, no undo, no counters of the
 * inbox, no rows, no feed. What it does not measure: HTTP, translation, the journal.
 */
import * as Result from "effect/Result"
import { createActor } from "xstate"
import { Inbox } from "../actors/views/inbox.ts"
import { Identity } from "../actors/memory/identity.ts"
import { noTotals } from "../actors/views/summary.ts"
import { TenantRuntime } from "../actors/tenant/runtime.ts"
import { channelMachine } from "../machines/channel/machine.ts"
import { conversationMachine } from "../machines/conversation/machine.ts"
import type { MessageReceived } from "../machines/events.ts"
import { participantMachine } from "../machines/participant/machine.ts"
import { tenantMachine } from "../machines/tenant/machine.ts"
import type { Told } from "../machines/told.ts"
import { translate } from "../src/providers/unipile/translate.ts"
import { whatsappMessage } from "./messages.ts"
import { asRatio, perSecond, ratios, summarise, timed } from "./samples.ts"

const chats = 1_000
const events = 40_000
const rounds = 7
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

const newBare = () => {
  const identity = new Identity("bench")
  const heard: Array<Told> = []
  const start = (machine: any, input: unknown) => {
    const actor = createActor(machine, { input } as any) as any
    actor.on("*", (told: Told) => heard.push(told))
    return actor.start()
  }
  const tenant = start(tenantMachine, { id: "bench" })
  const channel = start(channelMachine, { id: "c", account_id: "bench-account", channel_type: "whatsapp", received })
  const conversations = new Map<string, any>()
  const participants = new Map<string, any>()
  return (batch: ReadonlyArray<MessageReceived>): void => {
    for (const event of batch) {
      heard.length = 0
      tenant.send({ type: "webhook_accepted", received: event.received })
      let conversation = conversations.get(event.external_thread_id)
      if (conversation === undefined) {
        const id = identity.conversation("whatsapp", event.account_id, event.external_thread_id)
        conversation = start(conversationMachine, {
          id,
          connection_id: "x",
          channel_id: "c",
          external_thread_id: event.external_thread_id,
          received
        })
        conversations.set(event.external_thread_id, conversation)
      }
      conversation.send(event)
      for (let next = 0; next < heard.length; next++) {
        const told = heard[next]!
        if (told.type === "message_appeared") channel.send(told)
        if (told.type !== "person_told") continue
        let participant = participants.get(told.key)
        if (participant === undefined) {
          participant = start(participantMachine, { id: identity.participant(told.key), key: told.key, received })
          participants.set(told.key, participant)
        }
        participant.send(told)
      }
    }
  }
}

export const benchTurn = (): void => {
  const runtime = newRuntime()
  const bare = newBare()
  const ours: Array<number> = []
  const floor: Array<number> = []
  for (let round = 0; round < rounds + 1; round++) {
    const batch = eventsFrom(round * events)
    const bareMs = timed(() => bare(batch))
    const turnMs = timed(() => throughTurn(runtime, batch))
    if (round === 0) continue // making the actors, and the compiler's warm-up
    ours.push((events / turnMs) * 1000)
    floor.push((events / bareMs) * 1000)
    process.stderr.write(`  turn: round ${round} of ${rounds}\r`)
  }
  console.log(
    `\nA tenant's turn: ${events.toLocaleString("en-US")} inbound messages over ${chats} resident conversations, ${rounds} rounds`
  )
  console.log(`  turn                     ${perSecond(summarise(ours))}`)
  console.log(`  floor: bare machines     ${perSecond(summarise(floor))}`)
  console.log(`  ratio                    ${asRatio(ratios(ours, floor))}`)
}

if (import.meta.main) benchTurn()
