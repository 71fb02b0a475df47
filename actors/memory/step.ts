/**
 * A step of a statechart as a value: the snapshot after an event, and what the step tells. XState's own transition, without the
 * mailbox, the listeners and the timers of a running XState actor: an actor's mailbox is that of its tenant (I4), and its deadlines are
 * data.
 */
import type { AnyActorScope, AnyEventObject, AnyMachineSnapshot, AnyStateMachine } from "xstate"
import { createEmptyActor } from "xstate"
import type { StepTold } from "../../machines/chart.ts"
import type { Told } from "../../machines/told.ts"

export interface Step {
  readonly snapshot: AnyMachineSnapshot
  /** The told values of the step, in order; null: the state takes no such event. */
  readonly told: ReadonlyArray<Told> | null
}

/** Told values of the step under way. Steps are synchronous: there is one at a time. */
let step: StepTold | null = null

const self = createEmptyActor()
const scope: AnyActorScope = {
  self,
  id: self.id,
  sessionId: self.sessionId,
  system: self.system,
  logger: () => {},
  defer: (run) => run(),
  emit: (told: StepTold) => void (step = told),
  stopChild: () => {},
  actionExecutor: ({ exec, info, params }) => exec?.(info, params)
}

/** The snapshot of a new actor. Throws what the machine threw. */
export const begun = (machine: AnyStateMachine, input: unknown): AnyMachineSnapshot => {
  const snapshot: AnyMachineSnapshot = machine.getInitialSnapshot(scope, input)
  if (snapshot.status === "error") throw snapshot.error
  return snapshot
}

/** A step from a snapshot. Throws what the machine threw; the snapshot is as it was. A finished machine takes nothing. */
export const stepFrom = (snapshot: AnyMachineSnapshot, event: AnyEventObject): Step => {
  if (snapshot.status !== "active") return { snapshot, told: null }
  step = null
  const next: AnyMachineSnapshot = snapshot.machine.transition(snapshot, event, scope)
  const { told, changed } = (step as StepTold | null) ?? nothing
  return { snapshot: changed ? next : snapshot, told }
}

const nothing = { told: null, changed: false } as const
