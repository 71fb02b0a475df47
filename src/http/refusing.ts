/** The outermost layer of every documented endpoint: whatever fails inside leaves as a problem. */
import * as Effect from "effect/Effect"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as Layer from "effect/Layer"
import { refusals } from "./api/refusals.ts"
import { refuse } from "./refuse.ts"

export class Refusing extends HttpApiMiddleware.Service<Refusing>()("switchboard/http/Refusing", {
  error: refusals(400, 500, 503)
}) {
  static readonly layer = Layer.succeed(Refusing, (handler) => Effect.catchCause(handler, refuse))
}
