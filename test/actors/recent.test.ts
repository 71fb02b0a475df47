import { expect, test } from "vitest"
import { Latency } from "../../actors/views/latency.ts"
import { Recent } from "../../actors/memory/recent.ts"

test("a sliding count forgets what lies further back than its span, in equal steps", () => {
  const recent = new Recent(1_000)
  for (let n = 0; n < 10; n++) recent.add(5_000 + n * 100)
  expect(recent.sum(5_999)).toBe(10)
  expect(recent.sum(6_500)).toBe(5)
  recent.add(6_500)
  expect(recent.sum(6_750)).toBe(3.5)
  expect(recent.sum(7_500)).toBe(0.5)
  expect(recent.sum(9_000)).toBe(0)
})

test("quantiles are of the last half to whole minute, to two digits, and of nothing when nothing happened", () => {
  const latency = new Latency()
  expect(latency.quantiles(0)).toEqual({ count: 0, p50: null, p90: null, p99: null, max: null })
  for (let ms = 1; ms <= 100; ms++) latency.record(1_000, ms)
  const near = (value: number | null, ms: number) => expect(Math.abs(value! - ms) / ms).toBeLessThan(0.01)
  for (const now of [1_000, 31_000, 59_999]) {
    const { count, p50, p90, p99, max } = latency.quantiles(now)
    expect(count).toBe(100)
    near(p50, 50)
    near(p90, 90)
    near(p99, 99)
    near(max, 100)
  }
  latency.record(40_000, 1)
  expect(latency.quantiles(60_000).count).toBe(1)
  expect(latency.quantiles(90_000).count).toBe(0)
  latency.record(100_000, 1e12)
  expect(latency.quantiles(100_000).max).toBeGreaterThan(3_500_000)
})
