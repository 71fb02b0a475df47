/** What plain SQL says once the server has stopped: the rows must tell what memory told. */
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { SqlClient } from "effect/sql/SqlClient"
import type { DatabaseOptions } from "../../persistence/database/database.ts"
import { layerDatabase } from "../../persistence/database/database.ts"
import type { Model } from "./history.ts"

export const rowsDiffer = async (options: DatabaseOptions, model: Model): Promise<ReadonlyArray<string>> => {
  const runtime = ManagedRuntime.make(layerDatabase(options))
  const rows = (statement: string) =>
    runtime.runPromise(Effect.flatMap(SqlClient, (sql) => sql.unsafe<Record<string, any>>(statement)))
  const wrong: Array<string> = []
  const same = (what: string, is: unknown, must: unknown) =>
    void (Number(is) === must || wrong.push(`${what} is ${is} in SQL, must be ${must}`))
  try {
    const told = [...model.chats.values()].reduce((sum, { messages }) => sum + messages.size, 0)
    const totals = model.totals()
    const [counted] = await rows(
      `select count(*) as all, count(*) filter (where deleted_at is null) as standing from messages`
    )
    same("message rows", counted!["all"], told)
    same("message rows not deleted", counted!["standing"], totals.messages)
    const [sums] = await rows(`select sum(message_count) as messages, sum(unread_count) as unread from conversations`)
    same("message_count of all conversations", sums!["messages"], totals.messages)
    same("unread_count of all conversations", sums!["unread"], totals.unread)
    const [members] = await rows(`select sum(message_count) as sent from members`)
    same("message_count of all members", members!["sent"], totals.messages)
    const [people] = await rows(`select sum(total_messages) as sent from participants`)
    same("total_messages of all participants", people!["sent"], totals.messages)
    const names = (column: string) => `distinct convert_from(body, 'UTF8')::json ->> '${column}'`
    const [kept] = await rows(`select count(${names("name")}) as unreadable from quarantine`)
    same("unreadable payloads kept", kept!["unreadable"], model.unreadable.size)
    const [early] = await rows(`select count(distinct account_id) as accounts from waiting`)
    same("accounts with waiting payloads", early!["accounts"], model.waiting.size)
    return wrong
  } finally {
    await runtime.dispose()
  }
}
