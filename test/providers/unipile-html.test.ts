/** What is read of an HTML mail, whoever wrote it. */
import { expect, test } from "vitest"
import { fixture, received } from "./unipile-bodies.ts"
import * as Result from "effect/Result"
import { translate } from "../../src/providers/unipile/translate.ts"

const textOf = (body: string) => {
  const mail = { ...fixture("mail_received"), body_plain: null, body }
  const [event] = Result.getOrThrow(translate(mail, { received }))
  return event?.type === "fact_arrived" && event.fact.type === "message_received"
    ? event.fact.message.content
    : undefined
}

test("is its text: no styles, scripts or tags, a line for each paragraph", () => {
  const html = `<HTML><head><title>t</title></head><style type="a">b{}</STYLE ><p>Dear <b>Jo</b>,</p><script>x("<p>")</script>
<div>1 &lt; 2 &amp; 3   </div><br/>Bye<style>never closed`
  expect(textOf(html)).toBe("Dear Jo,\n\n1 < 2 & 3\n\nByenever closed")
})

// Each of these took a minute or for ever, where a pattern looked for an end again from each beginning.
test.each([
  ["openings without an end", "<style>".repeat(80_000)],
  ["openings of several kinds", "<style><script><head>".repeat(30_000)],
  ["ends without an opening", "</style".repeat(80_000)],
  ["brackets", "<".repeat(600_000)],
  ["breaks", "<br ".repeat(150_000)],
  ["blanks", `${" ".repeat(600_000)}x`],
  ["an end that does not end", `<style></style${" ".repeat(600_000)}`],
  ["paragraphs that do not end", `</p${" ".repeat(40)}`.repeat(15_000)]
])("of a hostile mail is read at once: %s", (_what, html) => expect(typeof textOf(html)).toBe("string"))
