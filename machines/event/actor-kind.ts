/** The kinds of actor. */
export type ActorKind =
  "tenant" | "connection" | "channel" | "conversation" | "participant" | "scheduler" | "record" | "sync_job"
