/** Asking for a key. */
import { useState } from "preact/hooks"
import { Api, Refusal } from "./api.ts"
import { html } from "./html.ts"
import type { ValueChanged } from "./html.ts"
import { Logo } from "./parts/icon.ts"
import type { Session } from "./session.ts"
import { signedIn, signOut } from "./session.ts"

interface Props {
  /** Why somebody has to sign in again; empty when nobody was. */
  readonly notice: string
  readonly enter: (session: Session) => void
}

export const SignIn = ({ notice, enter }: Props) => {
  const [key, setKey] = useState("")
  const [name, setName] = useState("")
  const [fault, setFault] = useState("")
  const [isAsking, setIsAsking] = useState(false)

  const submit = async (event: Event) => {
    event.preventDefault()
    const session = signedIn(key, name)
    if (session === null) return setFault("This is no tenant's key: they look like sb_<tenant>_<43 characters>.")
    setIsAsking(true)
    try {
      await new Api(session).get("/stats")
      enter(session)
    } catch (error) {
      signOut()
      const refused = error instanceof Refusal && [401, 403, 404].includes(error.status)
      setFault(refused ? "The server does not know this key." : (error as Error).message)
      setIsAsking(false)
    }
  }

  return html`
    <main class="sign-in">
      <form onSubmit=${submit}>
        <h1><${Logo} /> Switchboard</h1>
        <p>The live state of your inbox. Sign in with the key of a tenant.</p>
        ${notice === "" ? null : html`<p class="notice" role="status">${notice}</p>`}
        <label for="key">Tenant key</label>
        <input
          id="key"
          type="password"
          autocomplete="off"
          spellcheck=${false}
          required
          autofocus
          placeholder="sb_demo_…"
          value=${key}
          onInput=${(event: ValueChanged) => setKey(event.target.value)}
          aria-describedby="key-hint"
        />
        <label for="name">Your name <span class="muted">(others see it while you type or look)</span></label>
        <input
          id="name"
          autocomplete="nickname"
          maxlength="60"
          value=${name}
          onInput=${(event: ValueChanged) => setName(event.target.value)}
        />
        <button class="primary" disabled=${isAsking}>${isAsking ? "Asking…" : "Sign in"}</button>
        <p class="fault" role="alert">${fault}</p>
        <p id="key-hint" class="muted">
          First time here? On your own machine, the terminal in which the server started shows the address of this page
          with the demo's key in it. Other tenants: <code>PUT /v1/tenants/…</code> answers with a key, once. It is kept
          for this tab only.
        </p>
      </form>
    </main>
  `
}
