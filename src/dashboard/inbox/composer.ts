/** A place to type in, for others to see. The dashboard sends no messages: that is the CRM's business, through its provider. */
import { useState } from "preact/hooks"
import type { ConversationStore } from "../../client/index.ts"
import { html } from "../html.ts"
import type { ValueChanged } from "../html.ts"

export const Composer = ({ store }: { readonly store: ConversationStore }) => {
  const [text, setText] = useState("")
  const typed = (event: ValueChanged) => {
    const { value } = event.target
    setText(value)
    store.typing(value !== "")
  }
  return html`
    <div class="composer">
      <label class="unseen" for="composer">Type, and others see it</label>
      <textarea
        id="composer"
        rows="1"
        value=${text}
        onInput=${typed}
        onBlur=${() => store.typing(false)}
        aria-describedby="composer-hint"
        placeholder="Type here"
      ></textarea>
      <p id="composer-hint" class="muted">
        Whoever has this conversation open sees you type. Nothing is sent from here.
      </p>
    </div>
  `
}
