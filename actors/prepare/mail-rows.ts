/** What the rows tell of a mail whose thread the channel does not know: where it is, or where the nearest mail is that it answers. */
import { canBeOne, least, printOf } from "../../machines/channel/threads.ts"
import { identifierKey } from "../../machines/identifiers.ts"
import { messageIdsIn } from "../../machines/message-id.ts"
import type { NamedMail } from "../../persistence/lists/messages.ts"
import type { PlaceRequest } from "./place.ts"

export interface MailPlace {
  /** The thread, or none. */
  readonly known_in: ReadonlyArray<string>
  /** Message-IDs that stand on several mails. */
  readonly constants: ReadonlyArray<string>
}

const printOfRow = ({ at, contact_email, content }: NamedMail) =>
  printOf({ at, by: contact_email === null ? null : identifierKey("email", contact_email), text: content })

const placeIn = (rows: ReadonlyArray<NamedMail>): ReadonlyArray<string> =>
  rows.length === 0 ? [] : [least(rows.map(({ external_thread_id }) => external_thread_id))]

/** `rows` bear one of the mail's names, or one of the Message-IDs that it answers. */
export const mailPlaceIn = (
  mail: NonNullable<PlaceRequest["mail"]>,
  names: ReadonlyArray<string>,
  rows: ReadonlyArray<NamedMail>
): MailPlace => {
  const print = printOf(mail)
  const bearing = (id: string) => rows.filter(({ message_id }) => messageIdsIn(message_id ?? "")[0] === id)
  const isThisMail = (row: NamedMail) => canBeOne(printOfRow(row), print)
  const constants: Array<string> = []
  const named = rows.filter((row) => row.names.some((name) => names.includes(name)) && isThisMail(row))
  const own = mail.own === null ? [] : bearing(mail.own)
  const itself = [...own.filter(isThisMail), ...named]
  if (itself.length > 0) return { known_in: placeIn(itself), constants }
  if (own.length > 0) constants.push(mail.own!)
  for (const id of mail.ancestors) {
    const answered = bearing(id)
    if (answered.some((row) => !canBeOne(printOfRow(row), printOfRow(answered[0]!)))) constants.push(id)
    else if (answered.length > 0) return { known_in: placeIn(answered), constants }
  }
  return { known_in: [], constants }
}
