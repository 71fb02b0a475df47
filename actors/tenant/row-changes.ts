/** Changes to message rows since the last cut, merged per message: many receipts of one message are one row to write. */
import type { MessageChange, MessageFields } from "../../machines/message/fields.ts"
import type { OutboundRead, RowChanged } from "../../machines/told.ts"
import type { Cut } from "../../persistence/cut/cut.ts"
import type { Identity } from "../memory/identity.ts"
import type { Done } from "../turn/outcome.ts"

/** Changes between two merges of conversations. */
export interface RowSpan {
  readonly messages: ReadonlyArray<MessageChange>
  readonly read_horizons: Cut["read_horizons"]
  readonly moves: NonNullable<Cut["moves"]>
}

export interface RowBatch extends RowSpan {
  /** Merges of conversations, each with the changes before it; the other changes came after the last merge. */
  readonly joins: ReadonlyArray<{ readonly before: RowSpan; readonly from: string; readonly into: string }>
  readonly records: NonNullable<Cut["records"]>
  readonly outgoing: NonNullable<Cut["outgoing"]>
}

/** A conversation was merged into another one. */
export interface Join {
  readonly from: string
  readonly into: string
}

/** What names people in a message's row. */
type PersonField = "sender_participant_id" | "reactions" | "withdrawn_reactions"

/** A span that still collects. */
class Span {
  readonly messages = new Map<string, MessageChange>()
  readonly horizons: Array<Cut["read_horizons"][number]> = []
  readonly moves: Array<RowSpan["moves"][number]> = []

  get size(): number {
    return this.messages.size + this.horizons.length + this.moves.length
  }

  /** A later change of the same message wins field by field. */
  add(change: MessageChange): void {
    const key = keyOf(change)
    const known = this.messages.get(key)
    this.messages.set(key, known === undefined ? change : { ...change, fields: { ...known.fields, ...change.fields } })
  }

  /** Puts earlier changes before these. */
  addBefore(earlier: RowSpan): void {
    for (const change of earlier.messages) {
      const newer = this.messages.get(keyOf(change))
      this.messages.set(
        keyOf(change),
        newer === undefined ? change : { ...newer, fields: { ...change.fields, ...newer.fields } }
      )
    }
    this.horizons.unshift(...earlier.read_horizons)
    this.moves.unshift(...earlier.moves)
  }

  get value(): RowSpan {
    return { messages: [...this.messages.values()], read_horizons: this.horizons, moves: this.moves }
  }
}

/** A message's id is its own in its conversation only (CONTRACT 2.6). */
const keyOf = ({ conversation_id, external_message_id }: MessageChange): string => conversation_id + external_message_id

/** Collects what cuts take from now on, for a reader of rows. */
export interface Following {
  readonly taken: Array<RowBatch>
}

/** Hears of each change at once. */
export interface RowWatcher {
  changed(change: MessageChange): void
  read(conversation_id: string, at: number, read_at: number): void
  moved(move: RowSpan["moves"][number]): void
  joined(from: string, into: string): void
}

export class RowChanges {
  /** Batches that cuts took and have not written yet: the rows may lack them. */
  readonly #unwritten = new Set<RowBatch>()
  readonly #watcher: RowWatcher | undefined
  readonly #followers = new Set<Following>()
  #span = new Span()
  #joins: Array<{ readonly before: Span; readonly from: string; readonly into: string }> = []
  #records = new Map<string, RowBatch["records"][number]>()
  #outgoing: Array<RowBatch["outgoing"][number]> = []
  readonly #identity: Identity

  constructor(identity: Identity, watcher?: RowWatcher) {
    this.#identity = identity
    this.#watcher = watcher
  }

  get size(): number {
    const joined = this.#joins.reduce((sum, { before }) => sum + before.size + 1, 0)
    return joined + this.#span.size + this.#records.size + this.#outgoing.length
  }

  /** Keeps what a turn decided about rows, in its order. */
  absorb({ rows, reads, moves, joins }: Pick<Done, "rows" | "reads" | "moves" | "joins">): void {
    let done = { rows: 0, reads: 0, moves: 0 }
    const upTo = (next: typeof done) => {
      for (const { from, change } of rows.slice(done.rows, next.rows)) this.add(from, change)
      for (const move of moves.slice(done.moves, next.moves)) this.addMove(move)
      for (const { conversation_id, read } of reads.slice(done.reads, next.reads))
        this.addHorizon(conversation_id, read)
      done = next
    }
    for (const { from, into, after } of joins) {
      upTo(after)
      this.join(from, into)
    }
    upTo({ rows: rows.length, reads: reads.length, moves: moves.length })
  }

  /** Keeps a change; a later one of the same message wins field by field. */
  add(conversation: { readonly id: string; readonly channel_id: string }, change: RowChanged): void {
    const named = {
      external_message_id: change.external_message_id,
      conversation_id: conversation.id,
      channel_id: conversation.channel_id,
      fields: { ...change.fields, ...this.#people(change) }
    }
    this.#span.add(named)
    this.#watcher?.changed(named)
  }

  addHorizon(conversation_id: string, read: OutboundRead): void {
    this.#span.horizons.push({ conversation_id, at: read.at, read_at: read.read_at })
    this.#watcher?.read(conversation_id, read.at, read.read_at)
  }

  /** Rows of a conversation that name one participant name another one from now on. */
  addMove(move: RowBatch["moves"][number]): void {
    this.#span.moves.push(move)
    this.#watcher?.moved(move)
  }

  /** A conversation is merged into another one: its rows move there, the changes kept here included. */
  join(from: string, into: string): void {
    this.#joins.push({ before: this.#span, from, into })
    this.#span = new Span()
    this.#watcher?.joined(from, into)
  }

  /** A CRM record changed or was removed; the last change counts. */
  addRecord(change: RowBatch["records"][number]): void {
    this.#records.set(change.record_id, change)
  }

  addOutgoing(event: RowBatch["outgoing"][number]): void {
    this.#outgoing.push(event)
  }

  /** Takes everything out, for a cut. */
  take(): RowBatch {
    const batch = {
      ...this.#span.value,
      joins: this.#joins.map(({ before, from, into }) => ({ before: before.value, from, into })),
      records: [...this.#records.values()],
      outgoing: this.#outgoing
    }
    this.#span = new Span()
    this.#joins = []
    this.#records = new Map()
    this.#outgoing = []
    for (const follower of this.#followers) follower.taken.push(batch)
    this.#unwritten.add(batch)
    return batch
  }

  /** The rows hold what a cut took. */
  written(batch: RowBatch): void {
    this.#unwritten.delete(batch)
  }

  /** As `follow`, from what the rows may lack on: for who reads rows that are as old as they are. */
  followRows(): Following {
    const following: Following = { taken: [...this.#unwritten] }
    this.#followers.add(following)
    return following
  }

  /** Begins to follow the changes. They stay in memory until `unfollow`. */
  follow(): Following {
    const following: Following = { taken: [] }
    this.#followers.add(following)
    return following
  }

  unfollow(following: Following): void {
    this.#followers.delete(following)
  }

  /** The changes since it began to follow, in order: those that cuts took, then those still here. */
  *since({ taken }: Following): Iterable<RowSpan | Join> {
    for (const batch of taken) {
      for (const { before, from, into } of batch.joins) {
        yield before
        yield { from, into }
      }
      yield batch
    }
    for (const { before, from, into } of this.#joins) {
      yield before.value
      yield { from, into }
    }
    if (this.#span.size > 0) yield this.#span.value
  }

  /** Puts back the changes of a failed cut; newer ones win. */
  putBack(batch: RowBatch): void {
    this.#unwritten.delete(batch)
    const first = this.#joins[0]?.before ?? this.#span
    first.addBefore(batch)
    const joins = batch.joins.map(({ before, from, into }) => {
      const span = new Span()
      span.addBefore(before)
      return { before: span, from, into }
    })
    this.#joins.unshift(...joins)
    this.#outgoing.unshift(...batch.outgoing)
    for (const change of batch.records) if (!this.#records.has(change.record_id)) this.addRecord(change)
  }

  /** Replaces keys of people by ids of participants. */
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
