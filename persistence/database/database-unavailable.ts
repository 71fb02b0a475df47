/** The one way in which opening the database fails. */
import * as Schema from "effect/Schema"

/** The database cannot be opened: in use by another process, not reachable, too old, or damaged. Never carries a password. */
export class DatabaseUnavailable extends Schema.TaggedError<DatabaseUnavailable>()("DatabaseUnavailable", {
  /** Host and database, or the data directory. */
  where: Schema.String,
  problem: Schema.String,
  cure: Schema.String
}) {
  override get message(): string {
    return `the database at ${this.where} is unavailable: ${this.problem}; ${this.cure}`
  }
}
