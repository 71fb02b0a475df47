/**
 * The CRM's records of one tenant by the identifiers of people. In memory, and part of what the journal folds to: it starts from
 * the rows at the cut and changes by events alone, so a turn may ask it (I2). Bounded by `recordLimit`.
 */
import type { CrmRecord } from "../../machines/record/record.ts"
import { contactKeys } from "../../machines/record/record.ts"
import type { RecordsMatched } from "../../machines/participant/resolution.ts"
import { companyDomains } from "../turn/domains.ts"

/** Records of one tenant; about 1 KB each in memory. Past that a new one is refused (I8). */
export const recordLimit = 200_000

/** Bytes of the heap for a record, and for each of its identifiers beside its characters: a text, a key and two entries of a map. */
const bareRecord = 512
const perIdentifier = 400
const perCharacter = 4

const weightOfRecord = ({ emails, phones, linkedin, domains }: CrmRecord): number =>
  [emails, phones, linkedin, domains]
    .flat()
    .reduce((sum, { length }) => sum + perIdentifier + perCharacter * length, bareRecord)

/** What so many records weigh that have so many bytes of identifiers, by and large. */
export const recordsWeight = (records: number, bytes: number): number => bareRecord * records + 8 * bytes

type Book<V> = Map<string, Map<string, V>>

const enter = <V>(book: Book<V>, key: string, id: string, value: V): void => {
  const entries = book.get(key) ?? new Map<string, V>()
  book.set(key, entries)
  if (!entries.has(id)) entries.set(id, value)
}
const strike = <V>(book: Book<V>, key: string, id: string): void => {
  const entries = book.get(key)
  if (entries?.delete(id) === true && entries.size === 0) book.delete(key)
}

export class RecordIndex {
  readonly #records = new Map<string, CrmRecord>()
  readonly #contacts: Book<RecordsMatched["contacts"][number]> = new Map()
  readonly #companies: Book<RecordsMatched["companies"][number]> = new Map()

  #weight = 0

  constructor(records: ReadonlyArray<CrmRecord> = []) {
    for (const record of records) this.set(record.record_id, record)
  }

  get size(): number {
    return this.#records.size
  }

  /** In bytes of the heap. */
  get weight(): number {
    return this.#weight
  }

  get(record_id: string): CrmRecord | null {
    return this.#records.get(record_id) ?? null
  }

  /** Sets the record of an id, or removes it (null); answers what was there before. */
  set(record_id: string, record: CrmRecord | null): CrmRecord | null {
    const before = this.get(record_id)
    if (before !== null) {
      for (const [key] of contactKeys(before)) strike(this.#contacts, key, record_id)
      for (const domain of companyDomains(before)) strike(this.#companies, domain, record_id)
      this.#records.delete(record_id)
      this.#weight -= weightOfRecord(before)
    }
    if (record !== null) {
      for (const [key, method] of contactKeys(record)) enter(this.#contacts, key, record_id, { record_id, method })
      for (const domain of companyDomains(record)) {
        enter(this.#companies, domain, record_id, { record_id, pipeline_id: record.pipeline_id })
      }
      this.#records.set(record_id, record)
      this.#weight += weightOfRecord(record)
    }
    return before
  }

  /** The contacts that own one of these keys, once for each key. */
  contacts(keys: ReadonlyArray<string>): RecordsMatched["contacts"] {
    return keys.flatMap((key) => [...(this.#contacts.get(key)?.values() ?? [])])
  }

  /** The companies that own one of these registrable domains, each once. */
  companies(domains: ReadonlyArray<string>): RecordsMatched["companies"] {
    const found = new Map(domains.flatMap((domain) => [...(this.#companies.get(domain) ?? [])]))
    return [...found.values()]
  }
}
