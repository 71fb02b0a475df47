/** Every migration by its number. A released one never changes; the next change is a new file. */
import tables from "./0001_tables.ts"

export const migrations = {
  "0001_tables": tables
}
