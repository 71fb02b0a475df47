/** What stands behind a feed topic (DESIGN §6): the live actor's view, or the inbox. Pure reading. */
import type { TenantRuntime } from "./tenant-runtime.ts"
import { typistsOf, viewOf } from "./views.ts"

const parse = (topic: string): readonly [kind: string, id: string] => {
  const colon = topic.indexOf(":")
  return colon < 0 ? [topic, ""] : [topic.slice(0, colon), topic.slice(colon + 1)]
}

/** The state of a topic at this moment; undefined when there is none or its actor sleeps. */
export const topicView = (runtime: TenantRuntime, topic: string): unknown => {
  const [kind, id] = parse(topic)
  if (topic === "inbox") return runtime.inbox.view()
  if (kind !== "conversation" && kind !== "connection") return undefined
  const living = runtime.population.get(kind, id)
  // A topic changes only by events; what is derived from the present moment is shown as of the last change.
  return living === undefined
    ? undefined
    : viewOf(kind, living.context, runtime.identity, living.context.updated_at ?? 0)
}

/** Who is typing on a topic. */
export const typistsOn = (runtime: TenantRuntime, topic: string) => {
  const [kind, id] = parse(topic)
  return kind === "conversation" ? typistsOf(runtime.population.get("presence", id)?.context) : []
}
