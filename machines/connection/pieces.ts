/**
 * Fields of a connection that several speakers tell, each piece by itself: the newest word by event time stands, and a report
 * that does not mention a piece leaves it alone (I3).
 */
import type { Draft } from "../draft.ts"
import type { ConnectionContext, Piece } from "./context.ts"

/** Somebody said at `at` what the piece is. At one instant the greater text wins. */
export const pieceTold = <P extends Piece>(
  d: Draft<ConnectionContext>,
  piece: P,
  value: ConnectionContext[P],
  at: number
): void => {
  const told_at = d.context.facts.told[piece]
  const [said, known] = [JSON.stringify(value), JSON.stringify(d.context[piece])]
  if (told_at !== undefined && (at < told_at || (at === told_at && said <= known))) return
  if (at !== told_at) d.set({ facts: { ...d.context.facts, told: { ...d.context.facts.told, [piece]: at } } })
  if (said !== known) d.set({ [piece]: value } as Partial<ConnectionContext>)
}
