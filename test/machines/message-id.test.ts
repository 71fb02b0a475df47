/** Message-IDs as mailers really spell them (CONTRACT, preamble): what is one, in its one form, and what never is. */
import { expect, test } from "vitest"
import { isMessageId, messageIdsIn } from "../../machines/message-id.ts"

const read: ReadonlyArray<readonly [how: string, header: string, ids: ReadonlyArray<string>]> = [
  ["as it should be", "<a@x.example>", ["<a@x.example>"]],
  ["in a domain of other letters", "<A.b@X.Example>", ["<A.b@x.example>"]],
  ["with blanks and line breaks around it", " \t<a@x>\r\n", ["<a@x>"]],
  ["without brackets", "a@x", ["<a@x>"]],
  ["with one bracket", "<a@x", ["<a@x>"]],
  ["with the other bracket", "a@x>", ["<a@x>"]],
  ["in two pairs of brackets", "<<a@x>>", ["<a@x>"]],
  ["in quotes", `"a@x"`, ["<a@x>"]],
  ["as HTML", "&lt;a@x&gt;", ["<a@x>"]],
  ["folded between ids", "<a@x>\r\n\t<b@x>", ["<a@x>", "<b@x>"]],
  ["folded inside an id", "<a-long-\r\n\tone@x>", ["<a-long-one@x>"]],
  ["run together", "<a@x><b@x>", ["<a@x>", "<b@x>"]],
  ["with commas", "<a@x>,<b@x>, c@x;d@x", ["<a@x>", "<b@x>", "<c@x>", "<d@x>"]],
  ["several in one pair of brackets", "<a@x b@x>", ["<a@x>", "<b@x>"]],
  ["twice", "<a@x> <a@X>", ["<a@x>"]],
  ["with an address in its local part", "<a@b@x>", ["<a@b@x>"]],
  ["after words", "Your message of Monday to jo@x.example <a@x>", ["<a@x>"]],
  ["before a comment", `<a@x> (jo@x.example's message of Monday)`, ["<a@x>"]]
]

test.each(read)("an id %s is read", (_, header, ids) => {
  expect(messageIdsIn(header)).toEqual(ids)
  for (const id of ids) expect(isMessageId(id)).toBe(true)
})

const never = [
  "",
  " ",
  "<>",
  "<@>",
  "<a@>",
  "<@x>",
  "< >",
  "<a>",
  "a",
  "17",
  "Your message of Monday",
  "<a\0>",
  "__proto__"
]

test.each(never)("%j is none", (header) => {
  expect(messageIdsIn(header)).toEqual([])
  expect(isMessageId(header)).toBe(false)
})

test("a header of any length is read in time that grows no faster than it", () => {
  const long = [".".repeat(1_000_000), "(".repeat(1_000_000), "<".repeat(1_000_000), `<${"a ".repeat(500_000)}`]
  for (const text of long) expect(messageIdsIn(`${text}a`)).toEqual([])
  expect(messageIdsIn(`<${"a".repeat(600)}@x>`)).toEqual([])
})
