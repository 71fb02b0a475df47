/** What only mail tells. */
import type { MessageFact } from "./base.ts"
import type { MemberRole } from "../vocabulary.ts"

/** What only mail tells: what each person is in it, and whether the account's own person is known to be among them. */
export interface Letter {
  /** By a person's key; the owner's role is owner whatever stands here. */
  readonly roles: Readonly<Record<string, MemberRole>>
  /** False: nobody knows which of the people, if any, is the account's own; then `owner` is nobody. */
  readonly owner_known: boolean
  /** Where somebody moved the mail, and when; the mail's own time says nothing of that. */
  readonly moved: { readonly at: number; readonly folders: ReadonlyArray<string> } | null
  /** Its Message-ID, where it is a real one; absent otherwise, and in what earlier versions kept. */
  readonly message_id?: string
  /** Ids that the mail had before it was moved. */
  readonly former_ids?: ReadonlyArray<string>
  /** Saved and not sent, certainly sent, or put into the folder of sent mail by somebody; absent: its folder tells nothing of that. */
  readonly stage?: "draft" | "sent" | "put_with_sent"
}

/** Somebody opened an outbound mail, or a link in it. Counted by `event_id`. */
export interface MailTracked extends MessageFact {
  readonly type: "mail_tracked"
  readonly event_id: string
  readonly action: "opened" | "clicked"
  readonly url: string | null
}
