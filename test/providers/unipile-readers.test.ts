/** Claims about who has read a message, in every likely shape of read_by. */
import { expect, test } from "vitest"
import type { Json } from "./unipile-bodies.ts"
import { ana, ben, carl, fixture, received, understood } from "./unipile-bodies.ts"

const group = fixture("message_received.whatsapp_group")
const told = Date.UTC(2026, 4, 4, 9, 30)
const earlier = Date.UTC(2026, 4, 4, 9, 20)
const receipt = (read_by: unknown, more: Json = {}) => ({
  ...group,
  event: "message_read",
  is_sender: true,
  sender: fixture("message_received.whatsapp_outbound_echo")["sender"],
  timestamp: new Date(told).toISOString(),
  read_by,
  ...more
})
const read = (read_by: unknown, more?: Json) => understood(receipt(read_by, more), "message_read")
/** Each reader's key and time. */
const readers = (read_by: unknown, more?: Json) => {
  const { reader, at, others = [] } = read(read_by, more)
  return [...(reader === null ? [] : [{ reader, at }]), ...others].map((one) => [one.reader.key, one.at])
}
const attendee = (key: string) => group["attendees"].find((one: Json) => JSON.stringify(one).includes(key)) as Json
const both = [
  [ben.key, told],
  [carl.key, told]
]
const [benId, carlId] = [ben.provider_participant_id!, carl.provider_participant_id!]

test("a list of people, of bare ids, of both, nested or not", () => {
  expect(readers([attendee(benId), attendee(carlId)])).toEqual(both)
  expect(readers([benId, carlId])).toEqual(both)
  expect(readers([[attendee(benId)], [[carlId]]])).toEqual(both)
  expect(readers([null, benId, {}, 0, "", false, carlId, benId])).toEqual(both)
  expect(
    readers([
      { provider_id: benId, name: "Ben" },
      { id: carlId, display_name: "Carl" }
    ])
  ).toEqual(both)
})

test("a map from id to yes or to a time; who is called no has not read", () => {
  expect(readers({ [benId]: true, [carlId]: 1, [ana.provider_participant_id!]: false })).toEqual(both)
  expect(readers({ [benId]: "true", [carlId]: new Date(earlier).toISOString(), x: null, y: 0, z: "0" })).toEqual([
    [ben.key, told],
    [carl.key, earlier]
  ])
  expect(readers({ [benId]: earlier, [carlId]: earlier / 1000 })).toEqual([
    [ben.key, earlier],
    [carl.key, earlier]
  ])
  expect(readers([{ [benId]: true }, { [carlId]: { read_at: new Date(earlier).toISOString() } }])).toEqual([
    [ben.key, told],
    [carl.key, earlier]
  ])
})

test("a time beside a person is that person's; one that is ahead counts as now", () => {
  const seen = { ...attendee(carlId), read_at: new Date(earlier).toISOString() }
  expect(readers([attendee(benId), seen])).toEqual([
    [ben.key, told],
    [carl.key, earlier]
  ])
  expect(readers({ [benId]: "2099-01-01T00:00:00Z" })).toEqual([[ben.key, received]])
})

test("seen_by stands in for read_by, and UniPile's own ids for the network's", () => {
  expect(readers(null, { seen_by: { [attendee(benId)["attendee_id"]]: true, [carlId]: true } })).toEqual(both)
})

test("what shows nobody leaves the reader open: null, a count, an empty list", () => {
  for (const read_by of [null, undefined, "", "0", 0, 5, true, "true", [], {}, [[]], [null]])
    expect(read(read_by)).toMatchObject({ reader: null, at: told })
})

test("a receipt that says of everybody that they have not read tells of a delivery", () => {
  understood(receipt({ [benId]: false, [carlId]: null }), "message_delivered")
})

test("of a crowd as many are taken as fit", () => {
  const crowd = Object.fromEntries(Array.from({ length: 3_000 }, (_, n) => [`${10_000 + n}@lid`, true]))
  expect(readers(crowd)).toHaveLength(1_024)
})
