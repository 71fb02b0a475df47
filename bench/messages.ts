/** Inbound WhatsApp messages for the benchmarks: the shape of the live captures, distinct ids, a fixed number of chats. */

/** Of the people in a chat: what the provider says of them in every message. */
const attendee = (digits: string, name: string) => ({
  attendee_id: `attendee-${name}`,
  attendee_provider_id: `${digits}@s.whatsapp.net`,
  attendee_name: `Customer ${name}`,
  attendee_profile_url: null,
  attendee_specifics: { provider: "WHATSAPP", phone_number: `+${digits}` },
  attendee_public_identifier: `${digits}@s.whatsapp.net`
})
type Attendee = ReturnType<typeof attendee>

interface Chat {
  readonly chat_id: string
  readonly provider_chat_id: string
  readonly attendees: ReadonlyArray<Attendee>
  readonly sender: Attendee
  readonly subject: string | null
  readonly is_group: boolean
}

const messageIn = ({ attendees, chat_id, provider_chat_id, sender, subject, is_group }: Chat, index: number) => ({
  event: "message_received",
  account_id: "bench-account",
  account_type: "WHATSAPP",
  account_info: { type: "WHATSAPP", phone_number: "+351960000111" },
  webhook_name: "bench",
  chat_id,
  attendees,
  sender,
  subject,
  message: `Message ${index}: is the demo still on for Thursday?`,
  message_id: `message-${index}`,
  timestamp: new Date(Date.UTC(2026, 4, 4) + index * 10).toISOString(),
  attachments: [],
  is_sender: false,
  provider_chat_id,
  provider_message_id: `3EB0${index.toString(16).toUpperCase().padStart(16, "0")}`,
  is_event: 0,
  chat_pinned: 0,
  quoted: null,
  is_forwarded: null,
  chat_content_type: null,
  message_type: null,
  is_group,
  folder: ["INBOX"]
})

/** Not random: message `index` is the same in every run. `chats` conversations, from number `first` on, share the messages evenly. */
export const whatsappMessage = (index: number, chats: number, first = 0) => {
  const chat = first + (index % chats)
  const person = attendee(`4477${String(chat).padStart(8, "0")}`, String(chat))
  const provider_chat_id = person.attendee_provider_id
  const where = { chat_id: `chat-${chat}`, provider_chat_id, subject: null, is_group: false }
  return messageIn({ ...where, attendees: [person], sender: person }, index)
}

/** Everybody in a group of that size; the same people are in each. */
const crowds = new Map<number, ReadonlyArray<Attendee>>()
const crowd = (size: number): ReadonlyArray<Attendee> => {
  let people = crowds.get(size)
  if (people === undefined) {
    people = Array.from({ length: size }, (_, n) => attendee(`4478${String(n).padStart(8, "0")}`, `in-group-${n}`))
    crowds.set(size, people)
  }
  return people
}

/** How many of a payload's list the server reads (attendeeLimit of its translation, and some to spare). */
const readAtMost = 2_000

/**
 * A message in the one group of so many members, who write by turns. As the provider does, it lists all of them. `isTurned`: each from
 * another one on, so that all become known though only the first of a long list are read.
 */
export const groupMessage = (index: number, members: number, isTurned = false) => {
  const people = crowd(members)
  const first = isTurned ? (index * readAtMost) % members : 0
  const attendees = first === 0 ? people : [...people.slice(first), ...people.slice(0, first)]
  const provider_chat_id = `12036300000${String(members).padStart(8, "0")}@g.us`
  const where = { chat_id: `group-${members}`, provider_chat_id, subject: `Group of ${members}`, is_group: true }
  return messageIn({ ...where, attendees, sender: people[index % members]! }, index)
}
