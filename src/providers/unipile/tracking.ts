/** Opens and clicks of mails that the account sent (unipile.md §4). They name the mail, not its thread. */
import * as Result from "effect/Result"
import { createHash } from "node:crypto"
import type { FactArrived } from "../../../machines/events.ts"
import { nobodyOf } from "./correspondent.ts"
import { readTrack } from "./mail-payload.ts"
import { addressLength } from "../bounds.ts"
import { instantShown } from "../instant.ts"
import { identity, label, requiredIdentity } from "../text.ts"
import type { Unreadable } from "../unreadable.ts"
import { own } from "../../../machines/own.ts"

const actions: Readonly<Record<string, "opened" | "clicked">> = { mail_opened: "opened", mail_link_clicked: "clicked" }
export const isTrackingKind = (kind: string): boolean => Object.hasOwn(actions, kind)

/** Hundreds of them are remembered for each mail (I8). */
const idLength = 200

const shortId = (id: string): string =>
  id.length <= idLength ? id : createHash("sha256").update(id).digest("base64url")

/** The event of a tracking payload. `kind` is one that `isTrackingKind` knows. */
export const trackingEventOf = (
  body: unknown,
  kind: string,
  received: number
): Result.Result<FactArrived, Unreadable> => {
  const read = readTrack(body)
  if (Result.isFailure(read)) return Result.fail(read.failure)
  const track = read.success
  const email_id = requiredIdentity(track.email_id)
  const account_id = requiredIdentity(track.account_id)
  const dated = instantShown(track.date)
  const at = Math.min(dated ?? received, received)
  return Result.succeed({
    type: "fact_arrived",
    received,
    via: "webhook",
    account_id,
    channel_type: null,
    own_email: null,
    at,
    where: { thread_id: null, names: [email_id], roots: [], answers: [] },
    fact: {
      type: "mail_tracked",
      at,
      owner: nobodyOf(account_id),
      external_message_id: email_id,
      provider_message_id: null,
      // Without an id of its own, the same open at the same time is the same open; when it came says nothing of that.
      event_id: shortId(
        identity(track.event_id) ?? `${kind}:${email_id}:${dated ?? ""}:${label(track.label, 200) ?? ""}`
      ),
      action: own(actions, kind)!,
      url: label(track.url, addressLength)
    }
  })
}
