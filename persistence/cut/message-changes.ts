/** Prepares the message changes of a cut: several of one message become one, and equal sets of columns go together. */
import { messageFields } from "../../machines/message/fields.ts"
import type { CutMessage } from "./cut.ts"

/** Changes that name the same columns. */
export interface ChangeGroup {
  readonly names: ReadonlyArray<string>
  readonly changes: ReadonlyArray<CutMessage>
}

const keyColumns = new Set(["channel_id", "conversation_id"])

/** One change per message, since a statement may not touch a row twice; of each column the last change counts. */
const merged = (changes: ReadonlyArray<CutMessage>): Iterable<CutMessage> => {
  const byKey = new Map<string, CutMessage>()
  for (const change of changes) {
    const key = `${change.conversation_id} ${change.external_message_id}`
    const earlier = byKey.get(key)
    byKey.set(
      key,
      earlier === undefined ? change : { ...change, id: earlier.id, fields: { ...earlier.fields, ...change.fields } }
    )
  }
  return byKey.values()
}

/** The merged changes, by the columns that they name. */
export const changeGroups = (changes: ReadonlyArray<CutMessage>): ReadonlyArray<ChangeGroup> => {
  const groups = new Map<string, { names: ReadonlyArray<string>; changes: Array<CutMessage> }>()
  for (const change of merged(changes)) {
    const named = change.fields as Record<string, unknown>
    const names = Object.keys(messageFields).filter((name) => !keyColumns.has(name) && named[name] !== undefined)
    const key = names.join()
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { names, changes: [change] })
    else group.changes.push(change)
  }
  return [...groups.values()]
}
