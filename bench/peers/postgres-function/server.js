// The peer: node:http, and one call of one plpgsql function for each webhook, durable before it is answered.
import { readFileSync } from "node:fs"
import { createServer } from "node:http"
import pg from "pg"

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 20 })
await pool.query(readFileSync(new URL("schema.sql", import.meta.url), "utf8"))

const server = createServer((request, response) => {
  const chunks = []
  request.on("data", (chunk) => chunks.push(chunk))
  request.on("end", async () => {
    response.setHeader("content-type", "application/json")
    try {
      const body = Buffer.concat(chunks).toString("utf8")
      JSON.parse(body)
      const { rows } = await pool.query({
        name: "receive",
        text: "select receive($1::jsonb) as outcome",
        values: [body]
      })
      response.end(JSON.stringify(rows[0]))
    } catch (error) {
      response.statusCode = 500
      response.end(JSON.stringify({ error: String(error) }))
    }
  })
})
server.listen(0, "127.0.0.1", () => console.log(`listening on http://127.0.0.1:${server.address().port}`))
process.on("SIGTERM", () => process.exit(0))
