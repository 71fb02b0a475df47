import { describe, expect, test } from "vitest"
import * as identifiers from "../../machines/identifiers.ts"
import { dailySendLimit, isProvider, providerDefaults } from "../../machines/provider-defaults.ts"
import { ChannelType } from "../../machines/vocabulary.ts"

describe("the id of a WhatsApp user", () => {
  test.each([
    ["447700900123@s.whatsapp.net", "+447700900123"],
    ["447700900123:17@s.whatsapp.net", "+447700900123"],
    ["447700900123@c.us", "+447700900123"]
  ])("%j names %s", (id, phone) => expect(identifiers.whatsappPhone(id)).toBe(phone))
  test.each([
    "183002000444555@lid",
    "183002000444555:3@lid",
    "120363000000000777@g.us",
    "status@broadcast",
    "12345@s.whatsapp.net",
    "0447700900123@s.whatsapp.net",
    "jo@s.whatsapp.net",
    "447700900123"
  ])("%j names no number", (id) => expect(identifiers.whatsappPhone(id)).toBeNull())
})

describe("one number", () => {
  test.each([
    // Brazil's ninth digit: mobiles have it, lines do not.
    ["+551188887777", "+5511988887777", "+5511988887777"],
    ["+554799991234", "+5547999991234", "+5547999991234"],
    // Mexico with and without the 1.
    ["+525512345678", "+5215512345678", "+525512345678"]
  ])("%s and %s are one, shown as %s", (short, long, present) => {
    expect(identifiers.phoneSpellings(short)).toEqual([short, long])
    expect(identifiers.phoneSpellings(long)).toEqual([long, short])
    expect([short, long].map(identifiers.presentPhone)).toEqual([present, present])
  })
  test("of Argentina is shown as it is told, with the 9 or without", () => {
    expect(identifiers.phoneSpellings("+5491123456789")).toEqual(["+5491123456789", "+541123456789"])
    expect(identifiers.phoneSpellings("+541123456789")).toEqual(["+541123456789", "+5491123456789"])
    expect(identifiers.presentPhone("+541123456789")).toBe("+541123456789")
  })
  test.each(["+551133334444", "+447700900123", "+5511", "+55119888877771", "+52551234567", "+54911234567890"])(
    "%s has one spelling",
    (phone) => {
      expect(identifiers.phoneSpellings(phone)).toEqual([phone])
      expect(identifiers.presentPhone(phone)).toBe(phone)
    }
  )
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
