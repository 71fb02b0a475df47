/** The outermost layer of every documented endpoint: whatever fails inside leaves as a problem. */
import * as Effect from "effect/Effect"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as Layer from "effect/Layer"
import { promptly } from "../../actors/owner/patience.ts"
import { refusals } from "./api/refusals.ts"
import { refuse } from "./refuse.ts"

/**
 * A question that has no answer by then gets none: somebody holds a lock, or the connection went silent. Commands are not
 * questions: they wait until they are durable (I1).
 */
const longestQuestion = "10 seconds"

export class Refusing extends HttpApiMiddleware.Service<Refusing>()("switchboard/http/Refusing", {
  error: refusals(400, 500, 503)
}) {
  static readonly layer = Layer.succeed(Refusing, (handler, { endpoint }) =>
    Effect.catchCause(endpoint.method === "GET" ? promptly(handler, longestQuestion) : handler, refuse)
  )
}
