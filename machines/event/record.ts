/** What the CRM says of its records. */
import type { CrmRecord } from "../record/record.ts"
import type { Base } from "./base.ts"

/** The CRM says which identifiers a record has; what it had before no longer counts. */
export interface RecordPut extends Base {
  readonly type: "record_put"
  readonly record: CrmRecord
}

export interface RecordRemoved extends Base {
  readonly type: "record_removed"
  readonly record_id: string
}
