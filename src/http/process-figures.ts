/** What the process itself uses, for Prometheus and for whoever looks whether memory stays bounded (I8). Gauges are set when somebody asks. */
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import { monitorEventLoopDelay } from "node:perf_hooks"

const gauge = (name: string, description: string) => Metric.gauge(`switchboard_process_${name}`, { description })

const resident = gauge("resident_bytes", "Memory of the process, the embedded Postgres included")
const heap = gauge("heap_bytes", "JavaScript heap in use, garbage not yet collected included")
const external = gauge("external_bytes", "Memory outside the heap that objects hold, buffers mostly")
const delay = gauge(
  "event_loop_delay_p99_ms",
  "How late timers fire, 99th percentile since the last look, milliseconds"
)
const uptime = gauge("uptime_seconds", "Since the process started")

/** Milliseconds between two looks at the clock. */
const resolution = 20
const loop = monitorEventLoopDelay({ resolution })
loop.enable()

/** Sets the gauges to this moment. */
export const processMeasured = Effect.gen(function* () {
  const memory = process.memoryUsage()
  yield* Metric.update(resident, memory.rss)
  yield* Metric.update(heap, memory.heapUsed)
  yield* Metric.update(external, memory.external)
  yield* Metric.update(delay, Math.max(0, loop.percentile(99) / 1e6 - resolution))
  yield* Metric.update(uptime, process.uptime())
  loop.reset()
})
