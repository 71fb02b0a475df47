/** What tokens populate. */
import { type Chapter, claim, instant } from "../chapter.ts"
import { accounts, actor } from "../world.ts"

export const tokens: Chapter = {
  scenarios: {
    store_tokens: async (w) => {
      const both = { access_token: "access-in-clear", refresh_token: "refresh-in-clear" }
      await w.put(`/connections/${accounts.sender}/tokens`, { ...both, expires_in: 1_800 })
      await w.put(`/connections/${accounts.instagram}/tokens`, { ...both, expires_in: 0 })
    }
  },
  specimens: {
    inTheSender: { entity: "connection", look: (w) => actor(w, "connection", accounts.sender) },
    tokenHolder: { entity: "connection", look: (w) => w.get(`/connections/${accounts.sender}`) },
    lateHolder: { entity: "connection", look: (w) => w.get(`/connections/${accounts.instagram}`) }
  },
  claims: [
    ...claim("connection", "inTheSender", "store_tokens", { access_token: "••••", refresh_token: "••••" }, "secret"),
    ...claim("connection", "tokenHolder", "store_tokens", { token_expires_at: instant }),
    ...claim("connection", "tokenHolder", "store_tokens", { needs_refresh: true }, "derived"),
    ...claim("connection", "lateHolder", "store_tokens", { is_token_expired: true }, "derived")
  ]
}
