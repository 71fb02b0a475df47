/** Journal entries of earlier versions may tell of times that lie ahead; read again, they count as when they were accepted. */
import { expect, test } from "vitest"
import { Packr } from "msgpackr"
import { decodeEvent, encodeEvent } from "../../actors/journal/event-codec.ts"
import type { Event, FactArrived } from "../../machines/events.ts"
import { ann, day, message } from "../machines/facts.ts"

/** As version 1 wrote it. */
const first = (event: Event) => new Packr({ useRecords: false, moreTypes: false }).pack({ v: 1, event })
const said = message("m1", 1, ann)
const ahead = said.received + 400 * day

test("an entry whose time lies ahead is read as told when it was accepted, inside and out", () => {
  const mail = { ...message("m1", 1, ann, { message: { read_at: ahead } }), at: ahead }
  expect(decodeEvent(first(mail))).toMatchObject({ at: said.received, message: { read_at: said.received } })
  const { account_id, channel_type, external_thread_id: _, received, via, ...fact } = mail
  const arrived: FactArrived = {
    type: "fact_arrived",
    account_id,
    channel_type,
    received,
    via,
    own_email: null,
    at: ahead,
    where: { thread_id: null, names: [], roots: [], answers: [] },
    fact
  }
  expect(decodeEvent(first(arrived))).toMatchObject({
    at: received,
    fact: { at: received, message: { read_at: received } }
  })
})

test("every other entry is read as it was written", () => {
  expect(decodeEvent(first(said))).toEqual(said)
  expect(decodeEvent(encodeEvent({ ...said, at: ahead }))).toEqual({ ...said, at: ahead })
})
