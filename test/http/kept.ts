/** Payloads that are kept, for claims about the quarantine and the waiting room, and an edge on either database. */
import { Quarantine } from "../../persistence/kept/quarantine.ts"
import type { Database } from "../support/databases.ts"
import { fixture } from "./account.ts"
import { type Edge, startEdge } from "./edge.ts"

export const edgeOn = async (database: Database): Promise<Edge> => {
  const { options, close } = await database.make()
  const edge = await startEdge({ database: options })
  return {
    ...edge,
    close: async () => {
      await edge.close()
      await close()
    }
  }
}

const base = fixture("message_received.whatsapp_direct")

/** A message that any version understands, of the registered account unless it says another. */
export const messageOf = (id: string, changes: object = {}) => ({
  ...base,
  message_id: id,
  provider_message_id: `P-${id}`,
  ...changes
})

/** A payload whose event nobody knows. */
export const unknown = (id: string) => ({ event: "message_from_the_future", id })

/** Quarantines a payload as an earlier version would have done that did not understand it. Answers its id. */
export const quarantined = (
  edge: Edge,
  tenant_id: string,
  payload: object | Uint8Array,
  { received_at = Date.now(), source = "unipile_webhook" } = {}
): Promise<string> =>
  edge.run(
    Quarantine.use((quarantine) =>
      quarantine.add({
        tenant_id,
        source,
        reason: "an earlier version could not",
        body: payload instanceof Uint8Array ? payload : new TextEncoder().encode(JSON.stringify(payload)),
        received_at
      })
    )
  )
