/**
 * Requests that are taken before the router, by callback: those whose answer as a rule waits for nothing but the journal. Who takes
 * one may still hand it on; then the router answers it, and finds here what was done of it already.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Scope } from "effect/Scope"

/** True: it answers the request, or hands it on to the router, later. False: the router answers it. */
export type Take = (request: IncomingMessage, response: ServerResponse, handOn: () => void) => boolean

export class Front extends Context.Service<
  Front,
  {
    readonly take: Take
    /** Asks this one first, until the scope closes. */
    serve(take: Take): Effect.Effect<void, never, Scope>
  }
>()("switchboard/http/Front") {
  static readonly layer = Layer.sync(Front, () => {
    let current: Take | null = null
    return Front.of({
      take: (request, response, handOn) => current?.(request, response, handOn) === true,
      serve: (take) =>
        Effect.acquireRelease(
          Effect.sync(() => void (current = take)),
          () => Effect.sync(() => void (current = null))
        )
    })
  })
}
