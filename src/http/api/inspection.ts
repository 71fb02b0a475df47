/** Looking into a tenant: people, actors, the schedule, figures. */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { timetable } from "../../../machines/scheduler/tasks.ts"
import { ScheduledTask } from "../../../machines/vocabulary.ts"
import { Access } from "../access.ts"
import { Outcome } from "./outcome.ts"
import { entityInTenant, Id, inTenant, Limit } from "./parameters.ts"
import { refusals } from "./refusals.ts"
import { Instant, ParticipantWire, SchedulerWire } from "./wire.ts"

const base = "/v1/tenants/:tenant"
const newest = { limit: Schema.optionalKey(Limit) }
const Anything = Schema.Record(Schema.String, Schema.Unknown)

const participant = HttpApiEndpoint.get("participant", `${base}/participants/:id`, {
  params: entityInTenant,
  success: ParticipantWire,
  error: refusals(404)
}).annotateMerge(OpenApi.annotations({ summary: "A participant", description: "Sets nothing." }))

const TransitionWire = Schema.Struct({
  event: Schema.String,
  guard: Schema.NullOr(Schema.String).annotate({
    description:
      "What must hold once the event is decided. Of several edges of an event the first whose guard holds is taken"
  }),
  target: Schema.NullOr(Schema.String).annotate({ description: "The sibling that it leads to; null: the state stays" })
})

interface State {
  readonly key: string
  readonly type: string
  readonly initial: string | null
  readonly goes_to: ReadonlyArray<string>
  readonly events: ReadonlyArray<string>
  readonly transitions: ReadonlyArray<typeof TransitionWire.Type>
  readonly states: ReadonlyArray<State>
}
const StateWire: Schema.Codec<State> = Schema.Struct({
  key: Schema.String,
  type: Schema.String.annotate({ description: "atomic, compound, parallel, final or history, as XState has it" }),
  initial: Schema.NullOr(Schema.String),
  goes_to: Schema.Array(Schema.String).annotate({ description: "Sibling states that it can leave for" }),
  events: Schema.Array(Schema.String).annotate({ description: "Events that it takes; any other is refused" }),
  transitions: Schema.Array(TransitionWire),
  states: Schema.Array(Schema.suspend((): Schema.Codec<State> => StateWire))
}).annotate({ identifier: "State" })

const Kind = Schema.Literals([
  "tenant",
  "connection",
  "channel",
  "conversation",
  "participant",
  "scheduler",
  "record",
  "sync_job"
])

const actor = HttpApiEndpoint.get("actor", `${base}/actors/:kind/:id`, {
  params: { ...inTenant, kind: Kind, id: Id },
  success: Schema.Struct({
    kind: Kind,
    id: Schema.String,
    machine_state: Schema.Unknown,
    context: Anything,
    seq: Schema.Int,
    resident: Schema.Boolean,
    dirty: Schema.Boolean,
    deadline: Schema.NullOr(Instant),
    last_event: Schema.NullOr(Schema.Struct({ type: Schema.String, at: Instant })).annotate({
      description: "What last changed it since it came into memory"
    })
  }),
  error: refusals(404)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Look into an actor",
    description: "Machine state, context with sensitive fields masked, sequence number and deadline. Sets nothing."
  })
)

const statechart = HttpApiEndpoint.get("statechart", `${base}/statecharts/:kind`, {
  params: { ...inTenant, kind: Kind },
  success: StateWire,
  error: refusals(404)
}).annotateMerge(
  OpenApi.annotations({
    summary: "The statechart of a kind of actor",
    description: "From the machine that runs. machine_state of an actor names the states that it is in. Sets nothing."
  })
)

const Run = Schema.Struct({
  task: Schema.String,
  due: Instant,
  started: Instant,
  took_ms: Schema.Int,
  touched: Schema.Int,
  error: Schema.NullOr(Schema.String)
})

const schedule = HttpApiEndpoint.get("schedule", `${base}/schedule`, {
  params: inTenant,
  query: newest,
  success: Schema.Struct({ scheduler: SchedulerWire, runs: Schema.Array(Run) }),
  error: refusals(404)
}).annotateMerge(
  OpenApi.annotations({ summary: "Scheduled tasks and their newest runs", description: "Sets nothing." })
)

/** Each as an item of a list. */
const tasks = Object.entries(timetable)
  .map(([task, { what }]) => `- ${task}: ${what}`)
  .join("\n")

const runTask = HttpApiEndpoint.post("runTask", `${base}/schedule/:task/run`, {
  params: { ...inTenant, task: ScheduledTask },
  success: Outcome,
  error: refusals(404, 422)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Run a task now",
    description: `Starts it; the run shows up in the schedule. A task that is running is refused. Sets what the task sets.\n\n${tasks}`
  })
)

const stats = HttpApiEndpoint.get("stats", `${base}/stats`, {
  params: inTenant,
  success: Anything,
  error: refusals(404)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Figures of the tenant",
    description:
      "Mailbox, journal, rates, latency of acknowledgements, actors, feed, accounts, schedule, the hottest actors: the state of the feed's topic ops. Sets nothing."
  })
)

export const inspection = HttpApiGroup.make("inspection")
  .add(participant, actor, statechart, schedule, runTask, stats)
  .middleware(Access)
  .annotateMerge(OpenApi.annotations({ description: "What goes on inside." }))
