/** A cut at a time of one's own choosing: this task begins with one. */
import type { Switchboard } from "./target.ts"

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

export const askForCut = (ours: Switchboard): Promise<unknown> =>
  ours.call("POST", "/schedule/detect_hot_conversations/run")

/** Until everything that is known now is in the tables. */
export const cutNow = async (ours: Switchboard): Promise<void> => {
  const { seq } = await ours.call("GET", "/stats")
  await askForCut(ours)
  while ((await ours.call("GET", "/stats")).checkpoint_seq < seq) await pause(100)
}
