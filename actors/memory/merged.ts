/** Merged conversations: an event for one of them goes to the conversation that it is part of now. */
import type { Living } from "./living.ts"
import type { Population } from "./population.ts"

type Conversation = Living<"conversation">

/**
 * Follows merges to the conversation that stands for this one. `asleep`: one on the way is not in memory. `circle`: the merges
 * lead back to it, which an earlier version could cause with mails that answer each other; no conversation in a circle takes
 * events.
 */
export const wholeOf = (
  population: Population,
  conversation: Conversation
): { readonly whole: Conversation } | { readonly asleep: string } | { readonly circle: string } => {
  if (conversation.context.merged_into === null) return { whole: conversation }
  const passed = new Set<string>()
  let whole = conversation
  for (let into = whole.context.merged_into; into !== null; into = whole.context.merged_into) {
    if (passed.has(into)) return { circle: into }
    passed.add(into)
    const next = population.get("conversation", into)
    if (next === undefined) return { asleep: into }
    whole = next
  }
  return { whole }
}
