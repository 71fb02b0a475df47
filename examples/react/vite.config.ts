/**
 * `npm run example`: serves the page, and gives it feed tokens as your backend would. The key of the tenant stays here: whoever
 * has it may do everything; a feed token only watches, for one user and a while.
 */
import { readFile } from "node:fs/promises"
import type { ServerResponse } from "node:http"
import { join } from "node:path"
import { defineConfig } from "vite"
import { ownUrl } from "../../src/own-url.ts"

const { SWITCHBOARD_DATA_DIR = "./data" } = process.env
const url = ownUrl(process.env)

const answerWithToken = async (response: ServerResponse): Promise<void> => {
  const demo = JSON.parse(await readFile(join(SWITCHBOARD_DATA_DIR, "demo.json"), "utf8"))
  const issued = await fetch(`${url}/v1/tenants/demo/feed-tokens`, {
    method: "POST",
    headers: { authorization: `Bearer ${demo.api_key}` },
    body: JSON.stringify({ user_id: "you", name: "You" })
  })
  response.statusCode = issued.status
  response.end(((await issued.json()) as { readonly token?: string }).token)
}

export default defineConfig({
  define: { SWITCHBOARD_URL: JSON.stringify(url) },
  plugins: [
    {
      name: "feed-tokens",
      configureServer: ({ middlewares }) => {
        middlewares.use("/feed-token", (_request, response) => {
          answerWithToken(response).catch((error: unknown) => {
            response.statusCode = 502
            response.end(`Start the server first: npm start. ${String(error)}`)
          })
        })
      }
    }
  ]
})
