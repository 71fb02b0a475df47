/** The floor of the ingest benchmark: a bare node:http server that reads the body, parses it and answers 200. Nothing is kept. */
import { createServer } from "node:http"

const server = createServer((request, response) => {
  const chunks: Array<Buffer> = []
  request.on("data", (chunk: Buffer) => chunks.push(chunk))
  request.on("end", () => {
    const body = JSON.parse(Buffer.concat(chunks).toString("utf8"))
    response.setHeader("content-type", "application/json")
    response.end(JSON.stringify({ outcome: typeof body.message_id === "string" ? "applied" : "quarantined" }))
  })
})
server.listen(0, "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as { port: number }).port}`)
})
