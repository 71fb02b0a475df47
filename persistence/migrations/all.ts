/** Every migration by its number. A released one never changes; the next change is a new file. */
import crmRecords from "./0040_crm_records.ts"
import tables from "./0001_tables.ts"
import audit from "./0030_audit.ts"

export const migrations = {
  "0001_tables": tables,
  "0030_audit": audit,
  "0040_crm_records": crmRecords
}
