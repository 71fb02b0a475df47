/** The page at `/`: what can be done here, until the dashboard takes its place. */
import * as HttpApi from "effect/http-api/HttpApi"
import * as OpenApi from "effect/http-api/OpenApi"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Context from "effect/Context"
import { documented } from "./api/api.ts"

const rows: Array<string> = []
HttpApi.reflect(documented, {
  onGroup: () => {},
  onEndpoint: ({ endpoint }) => {
    const summary = Context.getOrElse(endpoint.annotations, OpenApi.Summary, () => "")
    const path = endpoint.path.replace(/:([a-z_]+)/g, "{$1}")
    rows.push(`<tr><td><code>${endpoint.method}</code></td><td><code>${path}</code></td><td>${summary}</td></tr>`)
  }
})

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Switchboard</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color-scheme: light dark }
  td { padding: .15rem 1rem .15rem 0; vertical-align: top }
</style>
<h1>Switchboard runs</h1>
<p>It keeps the live state of a unified inbox. Everything below <code>/v1</code> needs a key:
<code>Authorization: Bearer …</code>. Every endpoint with its shapes: <a href="/docs">/docs</a>,
<a href="/openapi.json">/openapi.json</a>. The live feed is a WebSocket at <code>/v1/feed?token=…</code>.</p>
<table>${rows.join("\n")}</table>
`

/** `GET /`. */
export const home = HttpRouter.add("GET", "/", HttpServerResponse.html(page))
