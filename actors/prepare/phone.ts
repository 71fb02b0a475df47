/**
 * Phone numbers as payloads and people write them, in their one form, E.164 (CONTRACT §1). What a number needs beside its digits is
 * the region that it is dialled in: the account's. What can be no number anywhere is none; an extension is left out, because E.164
 * has no room for it.
 */
import { parsePhoneNumberFromString } from "libphonenumber-js/min"
import type { CountryCode } from "libphonenumber-js/min"
import { getCountries, getCountryCallingCode } from "libphonenumber-js/min"
import { phoneSpellings, presentPhone, whatsappPhone } from "../../machines/identifiers.ts"
import { own } from "../../machines/own.ts"

/** A country, as ISO 3166 has it. */
export type Region = CountryCode

/** Longer texts are no numbers. */
const textLimit = 100
/** Texts whose reading is remembered: the same few people come again and again, and reading one costs some 90 µs. */
const rememberLimit = 10_000
let remembered = new Map<string, string | null>()

/** Marks of direction and other characters that address books copy along. */
const unseen = /[\p{Cf}\p{Cc}]/gu

/** The number in E.164; null when the text names none, or one that only its region could tell and that is not known. */
export const readPhone = (raw: string, region: Region | null = null): string | null => {
  if (raw.length > textLimit) return null
  const name = `${region ?? ""} ${raw}`
  const known = remembered.get(name)
  if (known !== undefined) return known
  if (remembered.size >= rememberLimit) remembered = new Map()
  const phone = read(raw, region)
  remembered.set(name, phone)
  return phone
}

const read = (raw: string, region: Region | null): string | null => {
  const byWhatsapp = whatsappPhone(raw.trim())
  if (byWhatsapp !== null) return presentPhone(byWhatsapp)
  const text = dialled(raw.normalize("NFKC").replace(unseen, "").trim())
  const phone = text.startsWith("+") ? international(text) : region === null ? null : national(text, region)
  return phone === null ? null : presentPhone(phone)
}

/** The number out of a link (RFC 3966), and `00` as the `+` that it stands for. */
const dialled = (text: string): string => {
  const [number, ...parameters] = text.replace(/^(?:tel|whatsapp):/iu, "").split(";")
  const context = parameters
    .find((parameter) => /^phone-context=\+\d/iu.test(parameter))
    ?.slice("phone-context=".length)
  const local = number!.trim()
  if (context !== undefined && !local.startsWith("+")) return `${context}${local}`
  return local.replace(/^0[\s\-./]*0(?=[\s\-./]*[1-9])/u, "+")
}

const parsed = (text: string, region?: Region): string | null => {
  const phone = parsePhoneNumberFromString(text, {
    extract: false,
    ...(region === undefined ? {} : { defaultCountry: region })
  })
  return phone?.isPossible() === true ? phone.number : null
}

/** Mexico's numbers with the 1 that they had until 2019, which no list of numbers knows any more. */
const mexicanAbroad = /^\+521(\d{10})$/u
const mexicanAtHome = /^(?:01|04[45])(\d{10})$/u
const digits = (text: string): string => text.replace(/[^\d+]/gu, "")

const international = (text: string): string | null => {
  const mexican = mexicanAbroad.exec(digits(text))
  return parsed(mexican === null ? text : `+52${mexican[1]}`)
}

const national = (text: string, region: Region): string | null => {
  const mexican = region === "MX" ? mexicanAtHome.exec(digits(text)) : null
  return parsed(mexican === null ? text : mexican[1]!, region)
}

/** By calling code, the first country that has it; a code of several is dialled alike in all of them. */
const regions: ReadonlyMap<string, Region> = new Map(
  getCountries()
    .toReversed()
    .map((country) => [getCountryCallingCode(country), country])
)
/** Where a code belongs to several, the one that it is known for. */
const wellKnown: Readonly<Record<string, Region>> = {
  "1": "US",
  "7": "RU",
  "39": "IT",
  "44": "GB",
  "47": "NO",
  "61": "AU"
}

let rememberedRegions = new Map<string, Region | null>()

/** The country of a number in E.164; null when it has none. */
export const regionOfPhone = (phone: string): Region | null => {
  const known = rememberedRegions.get(phone)
  if (known !== undefined) return known
  if (rememberedRegions.size >= rememberLimit) rememberedRegions = new Map()
  const region = readRegion(phone)
  rememberedRegions.set(phone, region)
  return region
}

const readRegion = (phone: string): Region | null => {
  const number = parsePhoneNumberFromString(phone, { extract: false })
  if (number === undefined) return null
  const code = number.countryCallingCode
  return number.country ?? (Object.hasOwn(wellKnown, code) ? own(wellKnown, code)! : (regions.get(code) ?? null))
}

const countries: ReadonlySet<string> = new Set(getCountries())

/** A setting as a region: `DE`, `de`; null for what is none. */
export const regionNamed = (text: string): Region | null => {
  const name = text.trim().toUpperCase()
  return countries.has(name) ? (name as Region) : null
}

/** Whether two numbers in E.164 are one. */
export const areOneNumber = (one: string, other: string): boolean => phoneSpellings(one).includes(other)
