/** Nothing has come yet: the first step. */
import { useState } from "preact/hooks"
import { html } from "../html.ts"
import { useLive } from "../live.ts"
import { Icon } from "../parts/icon.ts"

/** The tenant of the first start, which may play the demo. */
const demo = "demo"

export const Empty = () => {
  const { api, say } = useLive()
  const { tenant } = api.session
  const [isPlaying, setIsPlaying] = useState(false)
  const play = async () => {
    setIsPlaying(true)
    try {
      const { lasts_s } = await api.ask<{ readonly lasts_s: number }>("POST", "/demo", {})
      say(`The demo plays for ${lasts_s} s and ends by itself.`)
    } catch (error) {
      setIsPlaying(false)
      say((error as Error).message)
    }
  }
  const webhook = new URL(`./v1/tenants/${tenant}/webhooks/unipile`, document.baseURI).href
  const registration = `PUT /v1/tenants/${tenant}/connections/{account_id}
{"channel_type":"whatsapp","account_name":"Support","user_id":"u1"}`
  const hook = `POST ${webhook}
Unipile-Auth: {webhook_secret}`
  return html`
    <div class="empty">
      <h1>Nothing has come yet</h1>
      <p>The inbox fills as your provider's webhooks arrive, and moves while you watch.</p>
      <ol>
        ${
          tenant === demo
            ? html`<li>
                <h2>See it move</h2>
                <p>
                  Seventy seconds in the inbox of a lamp maker: four accounts, a busy group, mails, typing, an account
                  that has to sign in again.
                </p>
                <button class="primary" onClick=${play} disabled=${isPlaying}>
                  <${Icon} name="play" size=${14} /> ${isPlaying ? "Playing…" : "Play the demo"}
                </button>
                <p class="muted">Or, in a terminal: <code>npm run demo</code></p>
              </li>`
            : null
        }
        <li>
          <h2>Register an account</h2>
          <pre tabindex="0">${registration}</pre>
        </li>
        <li>
          <h2>Point your provider's webhooks here</h2>
          <pre tabindex="0">${hook}</pre>
        </li>
      </ol>
    </div>
  `
}
