/** The frame of a view: its title, what can be done with it, its body. */
import type { ComponentChildren } from "preact"
import { html } from "../html.ts"

interface Props {
  readonly title: string
  readonly lead?: string
  readonly tools?: ComponentChildren
  readonly children?: ComponentChildren
}

export const Page = ({ title, lead = "", tools = null, children }: Props) => html`
  <div class="page">
    <header class="page-head">
      <div>
        <h1 tabindex="-1">${title}</h1>
        ${lead === "" ? null : html`<p class="muted">${lead}</p>`}
      </div>
      <div class="tools">${tools}</div>
    </header>
    ${children}
  </div>
`

/** What stands where there is nothing. */
export const Nothing = ({ children }: { readonly children?: ComponentChildren }) =>
  html`<p class="nothing">${children}</p>`

/** A fault of a panel, where its content would be. */
export const Fault = ({ text }: { readonly text: string | null }) =>
  text === null ? null : html`<p class="fault" role="alert">${text}</p>`
