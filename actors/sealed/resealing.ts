/**
 * Sealing what is sealed once more, with the newest key. Actors hold sealed values and no key: whoever has the keys provides this.
 * It is a reference and not a service, because an owner without keys is complete in every other way.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

export interface ResealingShape {
  /** The value under the first key; null when it is sealed with that one already. Fails when no key of the ring opens it. */
  readonly reseal: (sealed: string, place: string) => Effect.Effect<string | null, Error>
}

export const Resealing = Context.Reference<ResealingShape>("switchboard/actors/Resealing", {
  defaultValue: () => ({
    reseal: () =>
      Effect.fail(new Error("this process holds no encryption keys; start it with SWITCHBOARD_ENCRYPTION_KEYS"))
  })
})
