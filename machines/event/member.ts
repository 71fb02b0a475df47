/** What happens to members of a conversation. */
import type { ConversationFact, MemberCommand } from "./base.ts"
import type { Person } from "./person.ts"

export interface MemberLeft extends ConversationFact {
  readonly type: "member_left"
  readonly person: Person
}

export interface MemberProviderIdSet extends MemberCommand {
  readonly type: "member_provider_id_set"
  readonly provider_participant_id: string | null
}

/** What the message rows say of a member's messages, and how many the member counted at the same cut. */
export interface MemberCounted {
  readonly found: number
  readonly right: number
  readonly last_message_at: number | null
}

/** The member did something here at `at` that no message shows; `counted`: and the member's own counts were looked at. */
export interface MemberActive extends MemberCommand {
  readonly type: "member_active"
  readonly at: number
  readonly counted?: MemberCounted
}
