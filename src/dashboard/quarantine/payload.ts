/** One payload in quarantine: its bytes, and what this version would make of it. */
import { html } from "../html.ts"
import { useFetched } from "../live.ts"
import { Fault, Nothing } from "../parts/page.ts"
import { words } from "../wording.ts"

interface Kept {
  readonly encoding: "utf8" | "base64"
  readonly body: string
  readonly now:
    | { readonly readable: true; readonly events: ReadonlyArray<string> }
    | { readonly readable: false; readonly reason: string }
}

export const Payload = ({ id }: { readonly id: string }) => {
  const { value, error } = useFetched<Kept>(`/quarantine/${id}`)
  if (value === null)
    return error === null ? html`<${Nothing}>Reading its bytes…<//>` : html`<${Fault} text=${error} />`
  const { body, encoding, now } = value
  return html`
    <p class="muted">
      ${now.readable ? `This version reads in it: ${now.events.map(words).join(", ")}.` : `Still unreadable: ${now.reason}`}
      ${encoding === "base64" ? " It is no text; its bytes as base64:" : ""}
    </p>
    <pre tabindex="0">${indented(body)}</pre>
  `
}

/** JSON with its structure shown, anything else as it is. */
const indented = (text: string): string => {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}
