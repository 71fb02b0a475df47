/** The dashboard: somebody signs in, and sees. */
import { useState } from "preact/hooks"
import { html } from "./html.ts"
import { restored, signOut } from "./session.ts"
import { Shell } from "./shell.ts"
import { SignIn } from "./sign-in.ts"

export const App = () => {
  const [session, setSession] = useState(restored)
  const [farewell, setFarewell] = useState("")
  const leave = (reason: string) => {
    signOut()
    setFarewell(reason)
    setSession(null)
  }
  return session === null
    ? html`<${SignIn} notice=${farewell} enter=${setSession} />`
    : html`<${Shell} key=${session.key} session=${session} leave=${leave} />`
}
