/**
 * The form in which texts are compared by a search: without case, accents, the Unicode form that they were typed in, or what
 * nobody sees. One definition for memory and SQL: what SQL searches is folded here and stored (persistence/cut/folded-columns.ts).
 */

/** Letters with a stroke, ligatures and signs that no decomposition takes apart, in lower case. */
const plain: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ø: "o",
    ł: "l",
    đ: "d",
    ð: "d",
    ħ: "h",
    ŧ: "t",
    ŋ: "n",
    ı: "i",
    ȷ: "j",
    ĸ: "k",
    ƀ: "b",
    ɨ: "i",
    ɉ: "j",
    ɍ: "r",
    ɏ: "y",
    ƶ: "z",
    ǥ: "g",
    æ: "ae",
    œ: "oe",
    þ: "th",
    ß: "ss",
    ə: "e",
    ς: "σ",
    ґ: "г",
    "‘": "'",
    "’": "'",
    "‚": "'",
    "‛": "'",
    ʹ: "'",
    ʻ: "'",
    ʼ: "'",
    ʽ: "'",
    "´": "'",
    "`": "'",
    "“": '"',
    "”": '"',
    "„": '"',
    "«": '"',
    "»": '"',
    "‐": "-",
    "‒": "-",
    "–": "-",
    "—": "-",
    "―": "-",
    "−": "-"
  })
)
const kept = new RegExp(`[${[...plain.keys()].join("")}]`, "gu")

/**
 * Accents and points that stand above, below or through a letter; vowel signs of Indian scripts and the voicing marks of Japanese
 * make other letters and stay. And what has no width: marks of direction, joiners, soft hyphens, variation selectors.
 */
const marks =
  /[[[\p{Script=Inherited}\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Cyrillic}]&&[\p{Mn}\p{Me}]]--[\u3099\u309a]]|[\p{Cf}\u0640]/gv

const isAscii = /^[\x20-\x7e]*$/

/** The text as searches compare it; two texts that look alike to a reader in a hurry are the same here. */
export const folded = (text: string): string => {
  if (isAscii.test(text)) return text.toLowerCase().replace(/`/g, "'").replace(/ {2,}/g, " ")
  return (
    text
      .replace(/[´`]/g, "'")
      .normalize("NFKD")
      .replace(marks, "")
      // Both ways, so that letters with several small or capital forms meet: ſ and s, ẞ and ss, final sigma.
      .toUpperCase()
      .toLowerCase()
      .normalize("NFKD")
      .replace(marks, "")
      .replace(kept, (letter) => plain.get(letter)!)
      .replace(/\s+/g, " ")
  )
}

/** What somebody looks for, folded; blanks around it were not meant. */
export const foldedQuery = (text: string): string => folded(text).trim()
