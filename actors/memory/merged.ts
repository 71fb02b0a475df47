/** Conversations that became part of others: whatever is meant for one of them is for the one that they are part of by now. */
import type { Living } from "./living.ts"
import type { Population } from "./population.ts"

type Conversation = Living<"conversation">

/**
 * The conversation that one is part of by now; `asleep`: one on the way there is not in memory; `circle`: it is part of itself by way of
 * others, which an earlier version could bring about with mails that answer each other. None of those can take anything.
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
