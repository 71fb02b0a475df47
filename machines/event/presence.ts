/** What is told of the present moment only (I10). */

/** Typing: applied, published, never journaled (I10). */
export interface TypingSignalled {
  readonly type: "typing_signalled"
  readonly received: number
  readonly conversation_id: string
  readonly typist: { readonly id: string; readonly name: string }
  readonly is_typing: boolean
  /** Milliseconds until it ends by itself. */
  readonly lasts: number
}

/** A CRM user has a conversation open, or no longer: applied, published, never journaled (I10). */
export interface ViewingSignalled {
  readonly type: "viewing_signalled"
  readonly received: number
  readonly conversation_id: string
  readonly viewer: { readonly id: string; readonly name: string }
  /** Which of the user's windows; several of one user count once. */
  readonly window: string
  readonly is_viewing: boolean
  /** Milliseconds until it ends by itself. */
  readonly lasts: number
}

/** What is told of the present moment only, and forgotten (I10). */
export type Signal = TypingSignalled | ViewingSignalled
