/** A foreign format is a table: nested payloads, times in numbers and words of their own, read without a line of code. */
import { expect, test } from "vitest"
import { account_id, eventOf, faultOf, gatewayBodies, translateGateway } from "./generic-bodies.ts"

const [inbound, outbound, delivered, read, state] = gatewayBodies
const gateway = { translate: translateGateway, channel_type: "whatsapp" } as const

test("a message from outside is found at the end of its paths", () => {
  expect(eventOf(inbound, "message_received", gateway)).toMatchObject({
    account_id,
    channel_type: "whatsapp",
    external_thread_id: "CH-1",
    at: 1_777_886_127_500,
    sender: { key: "phone:+447700900123", name: "Ben Okafor" },
    thread: { is_group: false, is_direct: true },
    message: {
      external_message_id: "SM-in",
      direction: "inbound",
      content: "Hello",
      attachments: [{ id: "ME-1", mime: "image/png" }]
    }
  })
})

test("another kind may find the same field elsewhere, the second path counts where the first leads nowhere", () => {
  expect(eventOf(outbound, "message_received", gateway)).toMatchObject({
    at: 1_777_886_200_000,
    sender: { key: `account:${account_id}` },
    people: [{ key: "phone:+447700900123", name: "Ben" }],
    message: { external_message_id: "SM-out", direction: "outbound" }
  })
})

test("receipts that name no chat are looked for by their message, and a state may be a number", () => {
  expect(eventOf(delivered, "fact_arrived", gateway)).toMatchObject({
    where: { names: ["SM-out"] },
    fact: { type: "message_delivered", at: 1_777_886_201_000 }
  })
  expect(eventOf(read, "fact_arrived", gateway).fact).toMatchObject({ type: "message_read", reader: null })
  expect(eventOf(state, "account_status_changed", gateway).status).toBe("CREDENTIALS")
})

test("a fault names the path", () => {
  const without = structuredClone(inbound!)
  without["data"].direction = "diagonal"
  expect(faultOf(without, translateGateway)).toMatchObject({ field: "data.direction" })
  delete without["data"].service
  expect(faultOf(without, translateGateway)).toEqual({
    field: "data.service.sid",
    rule: "is missing",
    account_id: null
  })
  expect(faultOf({ meta: 7 }, translateGateway)).toMatchObject({ field: "meta.type", rule: "is missing" })
  expect(faultOf(inbound, translateGateway)).toMatchObject({ field: "channel_type", account_id })
})
