/** The tenants of this process: loads each on first use and keeps one runtime for it. */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberMap from "effect/FiberMap"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import type { SqlError } from "effect/sql/SqlError"
import type { ActorKind, Event, Signal } from "../../machines/events.ts"
import { toWire } from "../../machines/field.ts"
import { describe } from "../../persistence/database/sql-state.ts"
import { Conversations } from "../../persistence/lists/conversations.ts"
import { Snapshots } from "../../persistence/cut/snapshots.ts"
import { Messages } from "../../persistence/lists/messages.ts"
import { Journal } from "../../persistence/journal/journal.ts"
import { TenantRows } from "../../persistence/registers/tenants.ts"
import { AccountIndex } from "./account-index.ts"
import { Author, signed } from "./author.ts"
import { ActorUnknown, DatabaseAway, TenantUnknown } from "../errors.ts"
import type { SubmitError, TenantHalted } from "../errors.ts"
import { isUuid } from "../memory/identity.ts"
import { kinds } from "../memory/kinds.ts"
import { memoryShares } from "../memory/memory-shares.ts"
import { Admissions, Backlog, Residency, SharedWeight } from "../tenant/shared-bounds.ts"
import { promptly } from "./patience.ts"
import { CurrentRequestKey } from "./request-key.ts"
import type { Address } from "../memory/population.ts"
import { sealedPlace } from "../sealed/sealed-place.ts"
import type { Gate, Inspection, Unreached } from "./owner.ts"
import { TenantOwner } from "./owner.ts"
import { watchClock } from "./clock-steps.ts"
import { tellIfAhead } from "./watch-deadlines.ts"
import { cachedFor } from "./cached-for.ts"
import { messagesRead } from "../waking/messages-read.ts"
import { scopeRead } from "../waking/scope-read.ts"
import { scopeTopic } from "../tenant/scopes.ts"
import { singleFlight } from "./single-flight.ts"
import { threadQuestions } from "./threads.ts"
import { statsOf } from "../views/stats.ts"
import type { TenantRuntime } from "../tenant/runtime.ts"
import { openTenant } from "./shell.ts"
import type { ShellOptions, TenantShell } from "./shell.ts"
import { mergedInto } from "../views/topics.ts"
import { openSyncJobs, providerAccessOf, syncableAccounts } from "../views/syncs.ts"
import { contactKeys } from "../../machines/record/record.ts"
import { timelineOf } from "../views/timeline.ts"
import { viewOf } from "../views/entities.ts"
import { unreadable, wakeActors } from "../waking/wake.ts"
import { own } from "../../machines/own.ts"
import type { TenantContext } from "../../machines/tenant/context.ts"
import type { Answer } from "../turn/outcome.ts"
import { contextOf } from "../memory/living.ts"
import { fieldOf } from "../memory/kinds.ts"
import type { Definition } from "../memory/kinds.ts"

type Unopened = DatabaseAway | TenantHalted
type Opened = TenantShell & { readonly scope: Scope.Closeable }

export const ownerLayer = (options: ShellOptions) =>
  Layer.effect(
    TenantOwner,
    Effect.gen(function* () {
      const rows = yield* TenantRows
      const memory = options.memory ?? memoryShares()
      const shared = {
        residency: new Residency(options.residents),
        residents: new SharedWeight(memory.residents),
        settled: new SharedWeight(memory.settled),
        feed: new SharedWeight(memory.feed),
        admissions: new Admissions(options.events ?? Infinity),
        backlog: new Backlog(options.backlog ?? memory.backlog)
      }
      const journal = yield* Journal
      const scope = yield* Effect.scope
      const context = yield* Effect.context<Effect.Services<ReturnType<typeof openTenant>>>()
      const known = new Set(yield* rows.list)
      const open = new Map<string, Opened>()
      const accounts = new AccountIndex()
      const oneAtATime = yield* Semaphore.make(1)

      const loadNow = Effect.fnUntraced(function* (tenant: string): Effect.fn.Return<Opened, Unopened> {
        const already = open.get(tenant)
        if (already !== undefined && !already.runtime.isLost) return already
        if (already !== undefined) {
          open.delete(tenant)
          yield* Scope.close(already.scope, Exit.void)
          yield* Effect.logWarning(`Tenant ${tenant} is loaded again: ${already.runtime.lost?.message}`)
        }
        const tenantScope = yield* Scope.fork(scope)
        const shell = yield* openTenant(tenant, options, shared).pipe(
          Scope.provide(tenantScope),
          Effect.provideContext(Context.omit(Scope.Scope)(context) as typeof context),
          Effect.onError(() => Scope.close(tenantScope, Exit.void)),
          Effect.catchTag("SqlError", (error) => away(`Tenant ${tenant} cannot be loaded`, error))
        )
        const opened = { ...shell, scope: tenantScope }
        open.set(tenant, opened)
        for (const { context } of opened.runtime.population.ofKind("connection"))
          accounts.add(context.account_id, tenant)
        return opened
      }, oneAtATime.withPermits(1))

      const loads = yield* FiberMap.make<string, Opened, Unopened>()
      const load = (tenant: string): Effect.Effect<Opened, Unopened> => singleFlight(loads, tenant, loadNow(tenant))
      const messages = yield* Messages
      const inboxRows = { conversations: yield* Conversations, snapshots: yield* Snapshots }
      const readings = yield* FiberMap.make<string, void, DatabaseAway>()
      const wakes = yield* FiberMap.make<string, ReadonlyArray<Address>, DatabaseAway>()

      /** Another process may have made a tenant of an unknown name: the list is read again, at most once a second. */
      const refreshed = yield* rows.list.pipe(
        Effect.map((all) => void all.forEach((each) => known.add(each))),
        Effect.catch((error) =>
          Effect.logWarning("The list of tenants cannot be read; unknown names stay unknown", error)
        ),
        (list) => cachedFor(list, 1_000)
      )

      const shellOf = (tenant: string): Effect.Effect<TenantShell, Unreached> => {
        const shell = open.get(tenant)
        if (shell !== undefined && !shell.runtime.isLost) return Effect.succeed(shell)
        if (known.has(tenant)) return load(tenant)
        return Effect.flatMap(refreshed, (): Effect.Effect<TenantShell, Unreached> =>
          known.has(tenant) ? load(tenant) : Effect.fail(new TenantUnknown({ tenant }))
        )
      }

      const submitTo = (runtime: TenantRuntime, event: Event): Effect.Effect<Answer, SubmitError> =>
        Effect.callback((resume) =>
          runtime.submit({
            event,
            settle: (result) => resume("outcome" in result ? Effect.succeed(result) : Effect.fail(result))
          })
        )

      const submit = (tenant: string, event: Event): Effect.Effect<Answer, SubmitError> =>
        Effect.flatMap(shellOf(tenant), ({ runtime }) =>
          event.via === "api"
            ? Effect.flatMap(Effect.all([Author, CurrentRequestKey]), ([author, key]) =>
                submitTo(runtime, signed(key?.carriedBy(event) ?? event, author))
              )
            : submitTo(runtime, event)
        ).pipe(
          Effect.tap(() =>
            event.type === "connection_registered"
              ? Effect.sync(() => accounts.add(event.account_id, tenant))
              : Effect.void
          )
        )

      /** The first of these actors that exists, woken if need be, in one statement; undefined when none does. */
      const residentOf = Effect.fnUntraced(function* (
        runtime: TenantRuntime,
        kind: ActorKind,
        ids: ReadonlyArray<string>
      ) {
        const { population } = runtime
        const first = ids[0] === undefined ? undefined : population.get(kind, ids[0])
        if (first !== undefined) return first
        const asleep = population.isWhole(kind)
          ? []
          : ids.filter((id) => population.get(kind, id) === undefined && isUuid(id))
        const broken = asleep.length === 0 ? [] : yield* wakeIds(runtime, kind, asleep)
        for (const id of ids) {
          const here = population.get(kind, id)
          if (here !== undefined) return here
          // It exists, and can be neither read nor rebuilt (rebuild.ts): that is not "unknown".
          const one = broken.find((address) => address.id === id)
          if (one !== undefined) return yield* Effect.die(new Error(unreadable(one)))
        }
        return undefined
      })

      /** Wakes these actors; answers the ones whose snapshots can be neither read nor rebuilt. */
      const wakeIds = Effect.fnUntraced(function* (
        runtime: TenantRuntime,
        kind: ActorKind,
        ids: ReadonlyArray<string>
      ) {
        const addresses = ids.map((id) => ({ kind, id }))
        const wake = wakeActors(runtime, addresses, yield* Clock.currentTimeMillis).pipe(
          Effect.provideContext(context),
          promptly,
          Effect.catchTag("SqlError", (error) =>
            away(`Tenant ${runtime.tenant}: ${kind} ${ids.join()} cannot be woken`, error)
          )
        )
        const broken = yield* singleFlight(wakes, `${runtime.tenant} ${kind} ${ids.join()}`, wake)
        const now = yield* Clock.currentTimeMillis
        for (const id of ids) tellIfAhead(runtime, runtime.population.get(kind, id), now)
        return broken
      })

      /** Paths may name a connection by its account and a conversation by the provider's chat id (DESIGN §5). */
      const idsOf = (runtime: TenantRuntime, kind: ActorKind, id: string): ReadonlyArray<string> => {
        if (kind === "tenant") return [runtime.tenant]
        if (isUuid(id)) return [id]
        if (kind === "connection") return [runtime.identity.connection(id)]
        if (kind === "channel") {
          const accounts = runtime.population.ofKind("connection").filter(({ context }) => context.account_id === id)
          return accounts.map(({ context }) => context.channel_id)
        }
        if (kind !== "conversation") return []
        return runtime.population
          .ofKind("connection")
          .map(({ context }) => runtime.identity.conversation(context.channel_type, context.account_id, id))
      }

      const find = Effect.fnUntraced(function* (tenant: string, kind: ActorKind, id: string) {
        const { runtime } = yield* shellOf(tenant)
        let living = yield* residentOf(runtime, kind, idsOf(runtime, kind, id))
        // A merged person (CONTRACT 2.7) or thread is answered by the one that it became part of. Earlier versions could leave
        // circles of merges (memory/merged.ts): then by the one that closes the circle.
        const passed = new Set<string>()
        for (let into = living && mergedInto(runtime, living); into; into = living && mergedInto(runtime, living)) {
          if (passed.has(into)) break
          passed.add(into)
          living = yield* residentOf(runtime, kind, [into])
        }
        if (living !== undefined) return { runtime, living }
        return yield* new ActorUnknown({ kind, id })
      })

      const owner = TenantOwner.of({
        list: Effect.sync(() => [...known].sort()),
        create: Effect.fnUntraced(function* (tenant, name, sealedSecret) {
          const { runtime } = yield* load(tenant)
          const received = yield* Clock.currentTimeMillis
          const event = { type: "tenant_created", name, webhook_secret: sealedSecret, received, via: "api" } as const
          yield* submitTo(runtime, signed(event, yield* Author))
          known.add(tenant)
          // Of several concurrent creations, the one whose secret was kept has created it.
          const context = runtime.population.get("tenant", tenant)!.context as TenantContext
          return { created: context.webhook_secret === sealedSecret }
        }),
        gate: (tenant) =>
          Effect.flatMap(shellOf(tenant), ({ runtime }) => {
            const context = tenantContextOf(runtime)
            return context === undefined ? Effect.fail(new TenantUnknown({ tenant })) : Effect.succeed(gateOf(context))
          }),
        resident: (tenant) => {
          const runtime = open.get(tenant)?.runtime
          const context = runtime === undefined || runtime.isLost ? undefined : tenantContextOf(runtime)
          if (context === undefined) return undefined
          return { gate: gateOf(context), submit: (event, settle) => runtime!.submit({ event, settle }) }
        },
        namesRead: refreshed,
        tenantsOf: (account_id) => Effect.sync(() => accounts.tenantsOf(account_id)),
        submit,
        signal: Effect.fnUntraced(function* (tenant: string, event: Signal) {
          const { runtime } = yield* shellOf(tenant)
          // A presence actor shows that the conversation exists: it need not be woken.
          const isKnown = runtime.population.get("presence", event.conversation_id) !== undefined
          if (!isKnown) yield* find(tenant, "conversation", event.conversation_id)
          runtime.presences.signal(event)
        }),
        view: Effect.fnUntraced(function* (tenant, kind, id) {
          const { runtime, living } = yield* find(tenant, kind, id)
          return viewOf(kind, living.context, runtime.identity, yield* Clock.currentTimeMillis)
        }),
        connections: Effect.fnUntraced(function* (tenant) {
          const { runtime } = yield* shellOf(tenant)
          const now = yield* Clock.currentTimeMillis
          return runtime.population
            .ofKind("connection")
            .toSorted((a, b) => (a.context.created_at ?? 0) - (b.context.created_at ?? 0) || (a.id < b.id ? -1 : 1))
            .map(({ context }) => viewOf("connection", context, runtime.identity, now))
        }),
        timeline: Effect.fnUntraced(function* (tenant, id, page) {
          const { runtime, living } = yield* find(tenant, "conversation", id)
          return yield* timelineOf(journal, runtime, contextOf(living, "conversation"), page)
        }),
        ...threadQuestions(find),
        inspect: Effect.fnUntraced(function* (tenant, kind, id) {
          const { runtime, living } = yield* find(tenant, kind, id)
          return {
            kind,
            id: living.id,
            machine_state: living.snapshot.value,
            context: masked(kind, living.context),
            seq: runtime.seq,
            resident: true,
            dirty: living.kept !== "yes",
            deadline: living.deadline === null ? null : new Date(living.deadline).toISOString(),
            last_event:
              living.last === null ? null : { type: living.last.type, at: new Date(living.last.at).toISOString() }
          } satisfies Inspection
        }),
        sealed: Effect.fnUntraced(function* (tenant, kind, id, field) {
          const { runtime, living } = yield* find(tenant, kind, id)
          const sealed = (fieldOf(living.context, field) as string | null | undefined) || null
          return { id: living.id, sealed, place: sealedPlace(tenant, kind, living.id, field), seq: runtime.seq }
        }),
        resolve: (tenant, kind, id) => Effect.map(find(tenant, kind, id), ({ living }) => living.id),
        flush: (tenant) => Effect.flatMap(shellOf(tenant), ({ flush }) => flush),
        watchMessages: (tenant, conversation_id) =>
          Effect.flatMap(shellOf(tenant), (shell) =>
            shell.runtime.messages.has(conversation_id)
              ? Effect.void
              : singleFlight(readings, `${tenant} ${conversation_id}`, messagesRead(messages, shell, conversation_id))
          ),
        watchScope: (tenant, scope) =>
          Effect.flatMap(shellOf(tenant), (shell) =>
            shell.runtime.scopes.isOpen(scope)
              ? Effect.sync(() => shell.runtime.scopes.shown(scope))
              : singleFlight(readings, `${tenant} ${scopeTopic(scope)}`, scopeRead(inboxRows, shell, scope))
          ),
        openSyncJobs: Effect.sync(() =>
          [...open].flatMap(([tenant, { runtime }]) => {
            const jobs = runtime.isLost ? [] : openSyncJobs(runtime)
            return jobs.length === 0 ? [] : [{ tenant, jobs }]
          })
        ),
        syncJob: (tenant, id) =>
          Effect.map(find(tenant, "sync_job", id), ({ living }) => contextOf(living, "sync_job")),
        syncableAccounts: (tenant) => Effect.map(shellOf(tenant), ({ runtime }) => syncableAccounts(runtime)),
        providerAccess: (tenant) =>
          Effect.map(shellOf(tenant), ({ runtime }) => providerAccessOf(tenantContextOf(runtime))),
        keysOfRecord: (tenant, record_id) =>
          Effect.map(shellOf(tenant), ({ runtime }) => {
            const record = runtime.records.get(record_id)
            if (record === null) return null
            return { keys: contactKeys(record).map(([key]) => key), emails: record.emails }
          }),
        hub: (tenant) => Effect.map(shellOf(tenant), ({ runtime }) => runtime.hub),
        stats: (tenant) => Effect.map(shellOf(tenant), ({ runtime }) => statsOf(runtime)),
        residentStats: Effect.sync(() => [...open.values()].map(({ runtime }) => statsOf(runtime)))
      })

      yield* watchClock((by) =>
        Effect.logWarning(
          `The clock was set by ${Math.round(by / 1_000)} s; what it had dated ahead is corrected`
        ).pipe(Effect.andThen(Effect.sync(() => open.forEach((shell) => shell.clockSet()))))
      )

      // Deadlines and tasks run only for loaded tenants, so all are loaded at start. One that cannot be loaded does not stop
      // the others: it is retried, and its callers are told why.
      const unopened = yield* Effect.filter([...known], (tenant) =>
        Effect.map(openedOrWarned(load(tenant), tenant), (isOpen) => !isOpen)
      )
      yield* Effect.forEach(
        unopened,
        (tenant) =>
          openedOrWarned(load(tenant), tenant).pipe(
            Effect.delay(reopening),
            Effect.repeat({ until: (isOpen) => isOpen }),
            Effect.forkScoped
          ),
        { discard: true }
      )
      yield* Effect.addFinalizer(() =>
        Effect.forEach([...open.values()], (shell) => Scope.close(shell.scope, Exit.void), {
          concurrency: 4,
          discard: true
        })
      )
      // Runs first: no tenant may finish loading after the others were closed.
      yield* Effect.addFinalizer(() => Effect.andThen(FiberMap.clear(wakes), FiberMap.clear(loads)))
      return owner
    })
  )

const tenantContextOf = ({ population, tenant }: TenantRuntime): TenantContext | undefined =>
  population.get("tenant", tenant)?.context

const gateOf = (context: TenantContext): Gate => {
  const { is_active, webhook_secret, previous_webhook_secret: before, previous_webhook_secret_until: until } = context
  return {
    is_active,
    webhook_secret,
    previous: before === null || until === null ? null : { webhook_secret: before, until }
  }
}

/** Pause between two tries to load a tenant that failed to load at start. */
const reopening = "1 minute"

/** Whether the tenant was loaded; if not, why is in the log. */
const openedOrWarned = (load: Effect.Effect<Opened, Unopened>, tenant: string): Effect.Effect<boolean> =>
  load.pipe(
    Effect.as(true),
    Effect.catchCause((cause) =>
      Effect.as(Effect.logError(`Tenant ${tenant} cannot be opened and is left out; the others go on`, cause), false)
    )
  )

/** The caller hears DatabaseAway; the log says why. */
const away = (what: string, error: SqlError): Effect.Effect<never, DatabaseAway> =>
  Effect.andThen(Effect.logWarning(`${what}: ${describe(error)}`), Effect.fail(new DatabaseAway({})))

/** A context for inspection: ⚿ fields masked, facts as they are. */
const masked = (kind: ActorKind, context: object): Record<string, unknown> => {
  const definition: Definition = kinds[kind]
  const { fields } = definition
  const shown: Record<string, unknown> = { ...(definition.pack(context as never) as object) }
  for (const name in fields) {
    const field = own(fields, name)!
    const value = fieldOf(context, name)
    shown[name] = field.sensitive ? (value ? "••••" : null) : toWire(field, value)
  }
  return shown
}
