/** Who types and who looks. */
import type { Draft } from "../draft.ts"

/** Somebody who is typing, and until when unless they signal again. */
export interface Typist {
  readonly id: string
  readonly name: string
  readonly until: number
}
export interface PresenceContext {
  readonly id: string
  readonly typists: Readonly<Record<string, Typist>>
  readonly viewers: Readonly<Record<string, Viewer>>
}
/** A CRM user who looks, and until when through each window unless it signals again. */
export interface Viewer {
  readonly id: string
  readonly name: string
  readonly windows: Readonly<Record<string, number>>
}

export type PresenceDraft = Draft<PresenceContext>
