/** The hourly count of which fields have values (CONTRACT §7), for the metric and for since when. */
import * as Effect from "effect/Effect"
import { FieldPopulation } from "../../persistence/figures/field-population.ts"
import type { TenantRuntime } from "../tenant/runtime.ts"

/** Touches nothing: the answer is how many fields have a value somewhere. */
export const measureFieldPopulation = Effect.fnUntraced(function* (
  runtime: TenantRuntime,
  cut: Effect.Effect<void, unknown>
) {
  const population = yield* FieldPopulation
  yield* cut
  const figures = yield* population.measure(runtime.tenant)
  return figures.filter(({ populated }) => populated > 0).length
})
