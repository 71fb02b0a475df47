/** Phone numbers as payloads and people write them (CONTRACT §1, 2.7). */
import { describe, expect, test } from "vitest"
import { normaliseIdentifier } from "../../src/identifiers/normalise.ts"
import { areOneNumber, readPhone, regionNamed, regionOfPhone } from "../../actors/prepare/phone.ts"

describe("a phone number has one form", () => {
  test.each([
    ["+447700900123", "+447700900123"],
    ["+44 7700 900123", "+447700900123"],
    [" +44 (0) 7700-900.123 ", "+447700900123"],
    ["+44\u00a07700\u2011900123", "+447700900123"],
    ["\u202a+447700900123\u202c", "+447700900123"],
    ["\uff0b\uff14\uff147700900123", "+447700900123"],
    ["00447700900123", "+447700900123"],
    ["0044 7700 900123", "+447700900123"],
    ["00 44 7700 900123", "+447700900123"],
    ["447700900123@s.whatsapp.net", "+447700900123"],
    ["447700900123:17@s.whatsapp.net", "+447700900123"],
    ["+4520000333", "+4520000333"],
    ["+2901234", "+2901234"],
    // The trunk prefix is not dialled from abroad, except where it is part of the number.
    ["+49 0170 1234567", "+491701234567"],
    ["+39 (0)6 1234567", "+39061234567"],
    ["+54 11 15 2345 6789", "+5491123456789"],
    ["+54 9 11 2345-6789", "+5491123456789"],
    ["tel:+49-170-1234567", "+491701234567"],
    ["tel:+49-170-1234567;ext=12", "+491701234567"],
    ["tel:0170-1234567;phone-context=+49", "+491701234567"],
    ["whatsapp:+447700900123", "+447700900123"],
    ["+49 30 123456 x12", "+4930123456"],
    ["+44 7700 900123 ext. 4", "+447700900123"],
    ["+55 11 8888-7777", "+5511988887777"],
    ["+55 11 98888-7777", "+5511988887777"],
    ["551188887777@s.whatsapp.net", "+5511988887777"],
    ["+55 11 3333-4444", "+551133334444"],
    ["+52 1 55 1234 5678", "+525512345678"],
    ["5215512345678@s.whatsapp.net", "+525512345678"]
  ])("%j is %s", (raw, phone) => expect(readPhone(raw)).toBe(phone))

  test.each([
    "183002000444555@lid",
    "183002000444555:3@lid",
    "120363000000000777@g.us",
    "status@broadcast",
    "hidden",
    "",
    "+",
    "07700 900123",
    "447700900123",
    "+0447700900123",
    "++447700900123",
    "+123456",
    "+1234567890123456",
    "+123456789012345",
    "+1 555 0100",
    "+1 800 FLOWERS",
    "1-800-FLOWERS",
    "+44770090O123",
    "+44 7700 900123 or +44 7700 900124",
    "tel:1234567;phone-context=example.com",
    "12345@s.whatsapp.net",
    "jo@s.whatsapp.net",
    `+${"4".repeat(200)}`
  ])("%j is no phone number", (raw) => expect(readPhone(raw)).toBeNull())

  test.each([
    ["0170 1234567", "DE", "+491701234567"],
    ["07700 900123", "GB", "+447700900123"],
    ["447700900123", "GB", "+447700900123"],
    ["(415) 555-2671", "US", "+14155552671"],
    ["tel:415-555-2671;ext=9", "US", "+14155552671"],
    ["(11) 98888-7777", "BR", "+5511988887777"],
    ["11 8888-7777", "BR", "+5511988887777"],
    ["011 15-2345-6789", "AR", "+5491123456789"],
    ["044 55 1234 5678", "MX", "+525512345678"],
    ["8 912 345-67-89", "RU", "+79123456789"],
    ["00 44 7700 900123", "DE", "+447700900123"],
    ["+447700900123", "DE", "+447700900123"]
  ] as const)("%j in %s is %s", (raw, region, phone) => expect(readPhone(raw, region)).toBe(phone))

  test.each([
    ["110", "DE"],
    ["1-800-FLOWERS", "US"],
    ["hidden", "GB"],
    ["123", "GB"]
  ] as const)("%j is none in %s either", (raw, region) => expect(readPhone(raw, region)).toBeNull())
})

test("normal forms are fixed points", () => {
  for (const raw of ["0044 7700 900123", "+55 11 8888-7777", "+52 1 55 1234 5678", "+54 11 15 2345 6789"]) {
    const once = readPhone(raw)!
    expect(readPhone(once)).toBe(once)
  }
  for (const [kind, value] of [
    ["email", " A@B.example"],
    ["instagram_username", "@Noor"],
    ["linkedin_member_urn", " urn:li:member:900000010 "]
  ] as const) {
    const once = normaliseIdentifier[kind](value)!
    expect(normaliseIdentifier[kind](once)).toBe(once)
  }
})

test("a number tells its region, a setting names one", () => {
  expect(
    ["+447700900123", "+14155552671", "+491701234567", "+5511988887777", "+351960000111"].map(regionOfPhone)
  ).toEqual(["GB", "US", "DE", "BR", "PT"])
  expect(regionOfPhone("+999")).toBeNull()
  expect([" de ", "GB", "Germany", "", "constructor"].map(regionNamed)).toEqual(["DE", "GB", null, null, null])
})

test("two spellings are one number", () => {
  expect(areOneNumber("+5491123456789", "+541123456789")).toBe(true)
  expect(areOneNumber("+447700900123", "+447700900124")).toBe(false)
})
