/** The demo over HTTP: what `npm run demo` does, from inside. */
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { HttpServer } from "effect/http/HttpServer"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"
import { Settings } from "../../config.ts"
import { demoTenant, keptDemo } from "../../demo-tenant.ts"
import { freshSeed } from "../../demo/pace.ts"
import { Player } from "../../demo/player.ts"
import { served } from "../api/api.ts"
import { DemoWish } from "../api/demo.ts"
import { bodyReader } from "../body.ts"
import { Forbidden } from "../faults.ts"
import { whereItIs } from "../where-it-is.ts"

export const demoHandlers = HttpApiBuilder.group(
  served,
  "demo",
  Effect.fnUntraced(function* (handlers) {
    const { dataDir, host, port } = yield* Settings
    const { address } = yield* HttpServer
    const player = yield* Player
    const readWish = bodyReader(DemoWish)
    const url = whereItIs(host, "port" in address ? address.port : port)

    return handlers.handleRaw(
      "play",
      Effect.fnUntraced(function* ({ params: { tenant }, request }) {
        const { seed = freshSeed(), fast = false } = yield* readWish(request)
        const secrets = tenant === demoTenant ? keptDemo(dataDir) : Option.none()
        if (Option.isNone(secrets))
          return yield* new Forbidden({ reason: "The demo plays only in the tenant that the first start made." })
        const playing = yield* player.start({ url, tenant, ...secrets.value }, seed, fast)
        return HttpServerResponse.jsonUnsafe(playing, { status: 202 })
      })
    )
  })
)
