/** What a store of a topic holds: one union, in which every case has the same members. */

/** Somebody who is typing, until an ISO 8601 instant unless they go on. */
export interface Typist {
  readonly id: string
  readonly name: string
  readonly until: string
}
/** A user who has the conversation open. */
export interface Viewer {
  readonly id: string
  readonly name: string
}
/** Why there is nothing to see: the code and message of the server's error frame. */
export interface TopicError {
  readonly code: string
  readonly message: string
}

export type TopicValue<S> =
  /** Nothing has come yet. */
  | Shown<"loading", null, null>
  /** As the server has it. */
  | (Shown<"live", S, null> & {
      /** False when this state was fetched whole: after a break, something may have come and gone unseen. */
      readonly recovered: boolean
    })
  /** The state as last heard from the server; it is refreshed by itself. */
  | Shown<"stale", S, null>
  /** The server has no such thing, or no more; the last state, if there was one. */
  | Shown<"gone", S | null, TopicError>
  /** The server does not show it to this user, or not now. */
  | Shown<"refused", S | null, TopicError>

interface Shown<Status, State, Fault> {
  readonly status: Status
  readonly state: State
  /** The whole set; empty unless live. */
  readonly typists: ReadonlyArray<Typist>
  /** The whole set; empty unless live. */
  readonly viewers: ReadonlyArray<Viewer>
  readonly error: Fault
}

const nobody = { typists: [], viewers: [] } as const

export const loading: Shown<"loading", null, null> = { status: "loading", state: null, ...nobody, error: null }
export const live = <S>(state: S, recovered: boolean): TopicValue<S> => ({
  status: "live",
  state,
  ...nobody,
  error: null,
  recovered
})
/** What is left of a value when nothing is heard any more. */
export const stale = <S>({ state }: TopicValue<S>): TopicValue<S> =>
  state === null ? loading : { status: "stale", state, ...nobody, error: null }
export const without = <S>(status: "gone" | "refused", { state }: TopicValue<S>, error: TopicError): TopicValue<S> => ({
  status,
  state,
  ...nobody,
  error
})
