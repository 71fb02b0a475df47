/** Inbound WhatsApp messages for the benchmarks: the shape of the live captures, distinct ids, a fixed number of chats. */

/** Not random: message `index` is the same in every run. `chats` conversations share the messages evenly. */
export const whatsappMessage = (index: number, chats: number, account_id = "bench-account") => {
  const chat = index % chats
  const digits = `4477${String(chat).padStart(8, "0")}`
  const person = {
    attendee_id: `attendee-${chat}`,
    attendee_provider_id: `${digits}@s.whatsapp.net`,
    attendee_name: `Customer ${chat}`,
    attendee_profile_url: null,
    attendee_specifics: { provider: "WHATSAPP", phone_number: `+${digits}` },
    attendee_public_identifier: `${digits}@s.whatsapp.net`
  }
  return {
    event: "message_received",
    account_id,
    account_type: "WHATSAPP",
    account_info: { type: "WHATSAPP", phone_number: "+351960000111" },
    webhook_name: "bench",
    chat_id: `chat-${chat}`,
    attendees: [person],
    sender: person,
    subject: null,
    message: `Message ${index}: is the demo still on for Thursday?`,
    message_id: `message-${index}`,
    timestamp: new Date(Date.UTC(2026, 4, 4) + index * 10).toISOString(),
    attachments: [],
    is_sender: false,
    provider_chat_id: `${digits}@s.whatsapp.net`,
    provider_message_id: `3EB0${index.toString(16).toUpperCase().padStart(16, "0")}`,
    is_event: 0,
    chat_pinned: 0,
    quoted: null,
    is_forwarded: null,
    chat_content_type: null,
    message_type: null,
    is_group: false,
    folder: ["INBOX"]
  }
}
