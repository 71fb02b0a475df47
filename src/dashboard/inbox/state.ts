/** A conversation as its actor has it: the statechart, and every field. */
import type { Conversation } from "../../client/index.ts"
import type { State } from "../actor/statechart.ts"
import { Statechart } from "../actor/statechart.ts"
import { html } from "../html.ts"
import { useFetched } from "../live.ts"
import { hrefOf } from "../route.ts"

/** What other tabs show. */
const elsewhere: ReadonlySet<string> = new Set(["members", "readers"])

export const StatePanel = ({ conversation }: { readonly conversation: Conversation }) => {
  const { value } = useFetched<State>("/statecharts/conversation")
  const fields = Object.entries(conversation).filter(([name]) => !elsewhere.has(name))
  return html`
    ${value === null ? null : html`<${Statechart} chart=${value} value=${conversation.status} />`}
    <table class="plain fields">
      <tbody>
        ${fields.map(
          ([name, field]) =>
            html`<tr key=${name}>
              <th scope="row"><code>${name}</code></th>
              <td>${typeof field === "object" ? JSON.stringify(field) : String(field)}</td>
            </tr>`
        )}
      </tbody>
    </table>
    <p><a class="more" href=${hrefOf("actor", "conversation", conversation.id)}>Everything the actor holds</a></p>
  `
}
