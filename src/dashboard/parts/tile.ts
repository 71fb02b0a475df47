/** One figure, large. */
import { html } from "../html.ts"

interface Props {
  readonly label: string
  readonly value: string
  readonly note?: string
}

export const Tile = ({ label, value, note = "" }: Props) => html`
  <div class="tile">
    <dt>${label}</dt>
    <dd>
      <span class="value">${value}</span>
      <span class="note">${note}</span>
    </dd>
  </div>
`
