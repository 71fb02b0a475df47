/** Texts as searches compare them. */
import fc from "fast-check"
import { expect, test } from "vitest"
import { folded, foldedQuery } from "../../machines/folding.ts"

test.each([
  ["José Núñez", "Jose\u0301 Nu\u0301n\u0303ez", "jose nunez", "JOSÉ NÚÑEZ"],
  ["Straße", "STRASSE", "strasse", "STRAẞE"],
  ["Søren Ørsted", "soren orsted", "SØREN ØRSTED"],
  ["İstanbul Işık", "istanbul isik", "ISTANBUL ISIK", "ıstanbul ışık"],
  ["Łukasz", "lukasz", "ŁUKASZ"],
  ["ＡＢＣ １２３", "abc 123"],
  ["ﬁancé Œuvre Æsir", "fiance oeuvre aesir"],
  ["ΟΔΥΣΣΕΥΣ", "Ὀδυσσεύς", "οδυσσευσ"],
  ["Юлий Ёлкин", "юлии елкин"],
  ["O’Brien", "O'Brien", "o`brien", "Oʼbrien"],
  ["Jean–Luc", "jean-luc"],
  ["Nguyễn Thị Đào", "nguyen thi dao"],
  ["\u202a+49 170\u202c", "+49\u00a0170"],
  ["ガガ", "ｶﾞｶﾞ"],
  ["한국", "\u1112\u1161\u11ab\u1100\u116e\u11a8"],
  ["مُحَمَّد", "محمد"]
])("%s is found however it is typed", (...spellings) => {
  expect(new Set(spellings.map(folded)).size).toBe(1)
})

test("letters that are others stay so", () => {
  expect(folded("राम")).not.toBe(folded("रीम"))
  expect(folded("か")).not.toBe(folded("が"))
  expect(folded("100%_\\")).toBe("100%_\\")
})

test("folding what is folded changes nothing, and a part of a text is found in it", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme" }),
      fc.string({ unit: "grapheme" }),
      fc.string({ unit: "grapheme" }),
      (a, b, c) => {
        const text = folded(a + b + c)
        expect(folded(text)).toBe(text)
        expect(text).toContain(foldedQuery(b))
        expect(folded((a + b + c).normalize("NFD"))).toBe(folded((a + b + c).normalize("NFC")))
      }
    )
  )
})
