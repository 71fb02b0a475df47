/** What a conversation keeps of its newest messages, to show one of them in lists (last-message.ts). */
import type { MessageRecord } from "./message-window.ts"

/** What is kept of one of the newest messages. A deleted one or a system line is not among them. */
export interface Preview extends Pick<
  MessageRecord,
  "id" | "at" | "arrival" | "outbound" | "sender" | "status" | "hidden"
> {
  /** How its text begins; null: it has none, or none is known. */
  readonly text: string | null
  /** The first attachment's name, else its type; null: it has none. */
  readonly file: string | null
}

/** Whether two flat values say the same. */
export const isSame = (a: object, b: object): boolean => {
  const [one, other] = [Object.entries(a), new Map(Object.entries(b))]
  return one.length === other.size && one.every(([name, value]) => other.get(name) === value)
}
