/** Where a mail is whose thread the index has forgotten (CONTRACT 2.4, preamble), by what its rows and those of its chain tell. */
import { describe, expect, test } from "vitest"
import { mailPlaceIn } from "../../actors/prepare/mail-rows.ts"
import type { NamedMail } from "../../persistence/lists/messages.ts"

const row = (external_thread_id: string, message_id: string, more: Partial<NamedMail> = {}): NamedMail => ({
  external_thread_id,
  message_id,
  names: [`E of ${message_id}`, "17"],
  contact_email: "jo@x",
  content: "text",
  at: 1000,
  ...more
})
const mail = (own: string | null, ancestors: ReadonlyArray<string> = [], more: { by?: string; at?: number } = {}) => ({
  message_id: own,
  own,
  ancestors,
  by: "email:jo@x",
  at: 1000,
  text: "text",
  alone: "alone",
  ...more
})

describe("a mail that the rows know", () => {
  test("is where it is, under its Message-ID however that is spelled there", () => {
    expect(mailPlaceIn(mail("<a@x>", ["<r@x>"]), [], [row("T", " <a@X>"), row("R", "<r@x>")])).toEqual({
      known_in: ["T"],
      constants: []
    })
  })

  test("is not another one with its Message-ID, which is a constant then", () => {
    const other = row("T", "<a@x>", { at: 900_000, content: "another" })
    expect(mailPlaceIn(mail("<a@x>"), [], [other])).toEqual({ known_in: [], constants: ["<a@x>"] })
    expect(mailPlaceIn(mail("<a@x>", ["<r@x>"]), [], [other, row("R", "<r@x>")])).toEqual({
      known_in: ["R"],
      constants: ["<a@x>"]
    })
  })

  test("is found by the ids of its mailbox only if it is the same mail otherwise", () => {
    expect(mailPlaceIn(mail(null), ["17"], [row("T", "<a@x>")]).known_in).toEqual(["T"])
    expect(mailPlaceIn(mail(null, [], { at: 9_000_000 }), ["17"], [row("T", "<a@x>")]).known_in).toEqual([])
    expect(mailPlaceIn(mail(null, [], { by: "email:bo@x" }), ["17"], [row("T", "<a@x>")]).known_in).toEqual([])
  })
})

test("an answer is where the nearest mail is that it answers, and none where that name is a constant", () => {
  const rows = [row("T1", "<a@x>"), row("T2", "<b@x>")]
  expect(mailPlaceIn(mail("<c@x>", ["<b@x>", "<a@x>"]), [], rows).known_in).toEqual(["T2"])
  const constant = [row("T2", "<b@x>"), row("T3", "<b@x>", { contact_email: "bo@x" })]
  expect(mailPlaceIn(mail("<c@x>", ["<b@x>"]), [], constant)).toEqual({ known_in: [], constants: ["<b@x>"] })
  expect(mailPlaceIn(mail("<c@x>", ["<b@x>", "<a@x>"]), [], [...constant, ...rows]).known_in).toEqual(["T1"])
})
