/** Of several roles that a person has had in a mail thread, the strongest shows, whichever came first (I3). */
import type { MemberRole } from "../vocabulary.ts"

const strength: Record<MemberRole, number> = { member: 0, bcc: 1, cc: 2, recipient: 3, sender: 4, admin: 5, owner: 6 }

/** The stronger of two roles; undefined is no role yet. */
export const strongerRole = (a: MemberRole | undefined, b: MemberRole | undefined): MemberRole | undefined => {
  if (a === undefined || b === undefined) return a ?? b
  return strength[a] >= strength[b] ? a : b
}
