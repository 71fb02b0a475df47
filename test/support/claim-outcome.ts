/** What a claim tells of itself to whoever runs it (claim.ts, proof/main.ts). */

/** What became of a claim, for whoever reports it. */
export interface ClaimOutcome {
  readonly property: string
  /** Histories that were tried; those of the shrinking left out. */
  readonly histories: number
  readonly facts: number
  readonly seed: number
}

/** How a progress note is marked. Only `npm run proof` asks for them. */
export const progressNote = "claim-progress"
