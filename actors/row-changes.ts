/** Changes to message rows since the last cut, merged per message: many receipts of one message are one row to write. */
import type { MessageChange, MessageFields } from "../machines/message/fields.ts"
import type { OutboundRead, RowChanged } from "../machines/told.ts"
import type { Cut } from "../persistence/cut.ts"
import type { Identity } from "./identity.ts"

export interface RowBatch {
  readonly messages: ReadonlyArray<MessageChange>
  readonly read_horizons: Cut["read_horizons"]
  readonly moves: NonNullable<Cut["moves"]>
  readonly records: NonNullable<Cut["records"]>
  readonly outgoing: NonNullable<Cut["outgoing"]>
}

/** What names people in a message's row. */
type PersonField = "sender_participant_id" | "reactions" | "withdrawn_reactions"

export class RowChanges {
  #messages = new Map<string, MessageChange>()
  #horizons: Array<Cut["read_horizons"][number]> = []
  #moves: Array<RowBatch["moves"][number]> = []
  #records = new Map<string, RowBatch["records"][number]>()
  #outgoing: Array<RowBatch["outgoing"][number]> = []
  readonly #identity: Identity

  constructor(identity: Identity) {
    this.#identity = identity
  }

  get size(): number {
    return this.#messages.size + this.#horizons.length + this.#moves.length + this.#records.size + this.#outgoing.length
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
    this.#horizons.push({ conversation_id, at: read.at, read_at: read.read_at })
  }

  /** What names one participant in a conversation names another one from now on. */
  addMove(move: RowBatch["moves"][number]): void {
    this.#moves.push(move)
  }

  /** A CRM record changed or went; the last word counts. */
  addRecord(change: RowBatch["records"][number]): void {
    this.#records.set(change.record_id, change)
  }

  addOutgoing(event: RowBatch["outgoing"][number]): void {
    this.#outgoing.push(event)
  }

  /** Takes everything out, for a cut. */
  take(): RowBatch {
    const batch = {
      messages: [...this.#messages.values()],
      read_horizons: this.#horizons,
      moves: this.#moves,
      records: [...this.#records.values()],
      outgoing: this.#outgoing
    }
    this.#messages = new Map()
    this.#horizons = []
    this.#moves = []
    this.#records = new Map()
    this.#outgoing = []
    return batch
  }

  /** Puts back what a failed cut could not write; what came since wins. */
  putBack(batch: RowBatch): void {
    for (const change of batch.messages) {
      const key = change.channel_id + change.external_message_id
      const newer = this.#messages.get(key)
      this.#messages.set(
        key,
        newer === undefined ? change : { ...newer, fields: { ...change.fields, ...newer.fields } }
      )
    }
    this.#horizons.unshift(...batch.read_horizons)
    this.#moves.unshift(...batch.moves)
    this.#outgoing.unshift(...batch.outgoing)
    for (const change of batch.records) if (!this.#records.has(change.record_id)) this.addRecord(change)
  }

  /** Keys of people become ids of participants. */
  #people(change: RowChanged): Partial<MessageFields> {
    const people: { -readonly [Name in PersonField]?: MessageFields[Name] } = {}
    if (change.sender_key !== null) people.sender_participant_id = this.#identity.participant(change.sender_key)
    const named = <A extends { readonly participant_id: string | null }>(reaction: A): A =>
      reaction.participant_id === null
        ? reaction
        : { ...reaction, participant_id: this.#identity.participant(reaction.participant_id) }
    const { reactions, withdrawn_reactions } = change.fields
    if (reactions !== undefined) people.reactions = reactions.map(named)
    if (withdrawn_reactions !== undefined) people.withdrawn_reactions = withdrawn_reactions.map(named)
    return people
  }
}
