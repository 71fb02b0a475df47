/** Changes to message rows since the last cut, merged per message: many receipts of one message are one row to write. */
import type { MessageChange, MessageFields } from "../machines/message/fields.ts"
import type { OutboundRead, RowChanged } from "../machines/told.ts"
import type { Identity } from "./identity.ts"

export interface RowBatch {
  readonly messages: ReadonlyArray<MessageChange>
  readonly read_horizons: ReadonlyArray<{ readonly conversation_id: string; readonly at: number }>
}

export class RowChanges {
  #messages = new Map<string, MessageChange>()
  #horizons = new Map<string, number>()
  readonly #identity: Identity

  constructor(identity: Identity) {
    this.#identity = identity
  }

  get size(): number {
    return this.#messages.size + this.#horizons.size
  }

  /** Keeps a change; a later one of the same message wins field by field. */
  add(conversation: { readonly id: string; readonly channel_id: string }, change: RowChanged): void {
    const fields: Partial<MessageFields> = { ...change.fields, ...this.#people(change) }
    const key = conversation.channel_id + change.external_message_id
    const known = this.#messages.get(key)
    this.#messages.set(key, {
      external_message_id: change.external_message_id,
      conversation_id: conversation.id,
      channel_id: conversation.channel_id,
      fields: known === undefined ? fields : { ...known.fields, ...fields }
    })
  }

  addHorizon(conversation_id: string, read: OutboundRead): void {
    this.#horizons.set(conversation_id, Math.max(this.#horizons.get(conversation_id) ?? 0, read.at))
  }

  /** Takes everything out, for a cut. */
  take(): RowBatch {
    const batch = {
      messages: [...this.#messages.values()],
      read_horizons: [...this.#horizons].map(([conversation_id, at]) => ({ conversation_id, at }))
    }
    this.#messages = new Map()
    this.#horizons = new Map()
    return batch
  }

  /** Puts back what a failed cut could not write; what came since wins. */
  putBack(batch: RowBatch): void {
    for (const change of batch.messages) {
      const key = change.channel_id + change.external_message_id
      const newer = this.#messages.get(key)
      this.#messages.set(
        key,
        newer === undefined ? change : { ...change, fields: { ...change.fields, ...newer.fields } }
      )
    }
    for (const { conversation_id, at } of batch.read_horizons) {
      this.#horizons.set(conversation_id, Math.max(this.#horizons.get(conversation_id) ?? 0, at))
    }
  }

  /** Keys of people become ids of participants. */
  #people(change: RowChanged): Partial<MessageFields> {
    const people: { sender_participant_id?: string; reactions?: MessageFields["reactions"] } = {}
    if (change.sender_key !== null) people.sender_participant_id = this.#identity.participant(change.sender_key)
    if (change.fields.reactions !== undefined) {
      people.reactions = change.fields.reactions.map((reaction) => ({
        ...reaction,
        participant_id: this.#identity.participant(reaction.participant_id)
      }))
    }
    return people
  }
}
