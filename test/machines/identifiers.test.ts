import { describe, expect, test } from "vitest"
import * as identifiers from "../../machines/identifiers.ts"
import { dailySendLimit, isProvider, providerDefaults } from "../../machines/provider-defaults.ts"
import { ChannelType } from "../../machines/vocabulary.ts"

describe("a phone number has one form", () => {
  test.each([
    ["+447700900123", "+447700900123"],
    ["+44 7700 900123", "+447700900123"],
    [" +44 (0) 7700-900.123 ", "+447700900123"],
    ["+44\u00a07700\u2011900123", "+447700900123"],
    ["\u202a+447700900123\u202c", "+447700900123"],
    ["00447700900123", "+447700900123"],
    ["0044 7700 900123", "+447700900123"],
    ["447700900123@s.whatsapp.net", "+447700900123"],
    ["447700900123:17@s.whatsapp.net", "+447700900123"],
    ["+4520000333", "+4520000333"],
    ["+2901234", "+2901234"],
    ["+123456789012345", "+123456789012345"]
  ])("%j is %s", (raw, phone) => expect(identifiers.normalisePhone(raw)).toBe(phone))

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
    "+123456",
    "+1234567890123456",
    "+44 7700 900123 ext 4",
    "+44770090O123",
    "12345@s.whatsapp.net",
    "jo@s.whatsapp.net"
  ])("%j is no phone number", (raw) => expect(identifiers.normalisePhone(raw)).toBeNull())
})

describe("an e-mail address has one form", () => {
  test.each([
    [" Jo.Brandt@ACME.example ", "jo.brandt@acme.example"],
    ["a+b@x.example", "a+b@x.example"]
  ])("%j is %s", (raw, email) => expect(identifiers.normaliseEmail(raw)).toBe(email))
  test.each(["", "jo", "@x", "jo@", "a b@x", "a@b@c", `${"a".repeat(320)}@x`])("%j is none", (raw) =>
    expect(identifiers.normaliseEmail(raw)).toBeNull()
  )
})

describe("a handle has one form", () => {
  test.each([
    ["@Noor.Makes", "noor.makes"],
    [" yuri_p ", "yuri_p"]
  ])("%j is %s", (raw, handle) => expect(identifiers.normaliseHandle(raw)).toBe(handle))
  test.each(["", "@", "a b", "https://x.example/noor", "a@b"])("%j is none", (raw) =>
    expect(identifiers.normaliseHandle(raw)).toBeNull()
  )
})

test("normal forms are fixed points", () => {
  for (const [kind, value] of [
    ["phone", "0044 7700 900123"],
    ["email", " A@B.example"],
    ["instagram_username", "@Noor"],
    ["linkedin_member_urn", " urn:li:member:900000010 "]
  ] as const) {
    const once = identifiers.normaliseIdentifier[kind](value)!
    expect(identifiers.normaliseIdentifier[kind](once)).toBe(once)
  }
})

test("ids of a network keep their case", () => {
  expect(identifiers.normaliseProviderId(" ACoAAzQs3r ")).toBe("ACoAAzQs3r")
  expect(identifiers.identifierKey("linkedin", "ACoAAzQs3r")).toBe("linkedin:ACoAAzQs3r")
})

describe("provider defaults", () => {
  test.each([
    ["linkedin", 100],
    ["gmail", 500],
    ["outlook", 400],
    ["mail", 300],
    ["whatsapp", 1000],
    ["instagram", 500],
    ["messenger", 800],
    ["telegram", 1000],
    ["twitter", 300],
    ["scheduling", null],
    ["calendar", null]
  ] as const)("%s sends %s a day", (channel_type, limit) => expect(dailySendLimit(channel_type)).toBe(limit))

  test("nine providers have them, each with messaging and hosted auth; native only for linkedin and mail", () => {
    const names = ChannelType.literals.filter(isProvider)
    expect(names).toHaveLength(9)
    for (const name of names) {
      expect(providerDefaults[name].features).toContain("messaging")
      expect(providerDefaults[name].auth_methods[0]).toBe("hosted")
    }
    expect(names.filter((name) => providerDefaults[name].auth_methods.includes("native"))).toEqual(["linkedin", "mail"])
    expect(isProvider("constructor")).toBe(false)
  })
})
