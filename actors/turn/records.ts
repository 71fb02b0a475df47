/** CRM records in a turn: one changes, and participants hear which records match what they are known by. */
import type { RecordPut, RecordRemoved } from "../../machines/events.ts"
import type { CrmRecord } from "../../machines/record/record.ts"
import { contactKeys } from "../../machines/record/record.ts"
import type { CommandRefused } from "../../machines/told.ts"
import { domainsOfKeys } from "./domains.ts"
import type { Living } from "../memory/living.ts"
import type { RecordIndex } from "../memory/record-index.ts"
import { recordLimit } from "../memory/record-index.ts"
import type { Done } from "./outcome.ts"
import type { Reach } from "./reach.ts"

export class RecordsOfTurn {
  readonly #records: RecordIndex
  /** The record that the turn changed, as it was. */
  #changed: { readonly record_id: string; readonly before: CrmRecord | null } | null = null

  constructor(records: RecordIndex) {
    this.#records = records
  }

  /** Takes the record over and tells whoever it is about; answers with what forbids it, or null. */
  change(reach: Reach, event: RecordPut | RecordRemoved): CommandRefused | null {
    const record = event.type === "record_put" ? event.record : null
    const record_id = event.type === "record_put" ? event.record.record_id : event.record_id
    const known = this.#records.get(record_id)
    if (JSON.stringify(known) === JSON.stringify(record)) return null
    if (known === null && this.#records.size >= recordLimit) {
      return { type: "command_refused", field: "record_id", rule: `is one too many: a tenant has ${recordLimit}` }
    }
    this.#changed = { record_id, before: this.#records.set(record_id, record) }
    const keys = [known, record].flatMap((each) => (each === null ? [] : contactKeys(each).map(([key]) => key)))
    for (const key of new Set(keys)) {
      const address = { kind: "participant", id: reach.identity.participant(key) } as const
      const isThere = reach.population.get("participant", address.id) !== undefined
      // Nobody is made for a record: a person that was never seen has no participant.
      if (isThere || reach.needs(address))
        this.match(reach, isThere ? reach.person(key, event.received) : undefined, event.received)
    }
    return null
  }

  /** Tells a participant which records match what it is known by, at this moment, which is the same moment in a replay. */
  match(reach: Reach, participant: Living<"participant"> | undefined, received: number): void {
    if (participant === undefined) return
    const { keys } = participant.context.facts
    const isByDomain = reach.tenantContext?.auto_link_by_domain
    const companies = isByDomain === false ? [] : this.#records.companies(domainsOfKeys(keys))
    reach.deliver(participant, { type: "records_matched", contacts: this.#records.contacts(keys), companies, received })
  }

  /** The record as the turn leaves it; null: the turn changed none. */
  get outcome(): Done["record"] {
    if (this.#changed === null) return null
    return { record_id: this.#changed.record_id, record: this.#records.get(this.#changed.record_id) }
  }

  undo(): void {
    if (this.#changed !== null) this.#records.set(this.#changed.record_id, this.#changed.before)
  }
}
