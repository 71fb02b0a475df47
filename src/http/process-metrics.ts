/** What the process itself uses, as gauges that are taken when somebody asks. */
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import { monitorEventLoopDelay } from "node:perf_hooks"

const gauge = (name: string, description: string) => Metric.gauge(`switchboard_process_${name}`, { description })

const gauges: ReadonlyArray<readonly [Metric.Gauge<number>, (memory: NodeJS.MemoryUsage) => number]> = [
  [gauge("resident_bytes", "Memory that the process holds"), (memory) => memory.rss],
  [gauge("heap_total_bytes", "Memory of the JavaScript heap"), (memory) => memory.heapTotal],
  [gauge("heap_used_bytes", "Memory of JavaScript objects, garbage included"), (memory) => memory.heapUsed],
  [gauge("external_bytes", "Memory behind JavaScript objects, buffers included"), (memory) => memory.external],
  [gauge("uptime_seconds", "Since the process started"), () => process.uptime()],
  [gauge("cpu_seconds", "User and system time used"), () => cpuSeconds()],
  [
    gauge("event_loop_delay_p99_ms", "How late timers fire, 99th percentile since the last look, milliseconds"),
    () => late(loop.percentile(99))
  ],
  [
    gauge("event_loop_delay_max_ms", "How late a timer fired at most since the last look, milliseconds"),
    () => late(loop.max)
  ]
]

/** Milliseconds between two looks at the clock. */
const resolution = 20
const loop = monitorEventLoopDelay({ resolution })
loop.enable()

const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - resolution)

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/** Sets the gauges. */
export const processMeasured = Effect.suspend(() => {
  const memory = process.memoryUsage()
  return Effect.forEach(gauges, ([metric, read]) => Metric.update(metric, read(memory)), { discard: true }).pipe(
    Effect.tap(() => Effect.sync(() => loop.reset()))
  )
})
