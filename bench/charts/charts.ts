/** Which charts there are, and what of a report each shows. */
import type { Kept, Samples } from "../report.ts"
import { summarise } from "../samples.ts"
import { bars } from "./bars.ts"
import type { Axis } from "./lines.ts"
import { lines } from "./lines.ts"

interface Chart {
  readonly title: string
  readonly unit: string
  /** The scenario as the report keeps it. */
  readonly scenario: string
}
interface BarChart extends Chart {
  readonly kind: "bars"
  /** The figure of each target. */
  readonly figure: string
}
interface LineChart extends Chart {
  readonly kind: "lines"
  readonly axis: Axis
  /** What a sample is divided by before it is shown. */
  readonly per?: number
}

/** By the name of their file. */
export const charts: Readonly<Record<string, BarChart | LineChart>> = {
  turn: { kind: "bars", title: "A tenant's turn", unit: "events a second", scenario: "turn", figure: "rate" },
  "ingest-postgres": {
    kind: "bars",
    title: "Webhooks, durable answers, Postgres",
    unit: "webhooks a second",
    scenario: "ingest on Postgres",
    figure: "rate"
  },
  "ingest-embedded": {
    kind: "bars",
    title: "Webhooks, durable answers, the embedded database",
    unit: "webhooks a second",
    scenario: "ingest on the embedded database",
    figure: "rate"
  },
  "fan-out": {
    kind: "bars",
    title: "One change to many sockets",
    unit: "frames for a second of processor time",
    scenario: "fan-out",
    figure: "perCpuSecond"
  },
  cut: {
    kind: "bars",
    title: "p99 of webhooks while a cut of many changed conversations is written",
    unit: "milliseconds",
    scenario: "cut",
    figure: "p99"
  },
  "cut-pause": {
    kind: "bars",
    title: "Longest pause of the event loop around a cut of many changed conversations",
    unit: "milliseconds",
    scenario: "cut",
    figure: "pause"
  },
  "memory-conversations": {
    kind: "lines",
    title: "Memory of resident conversations",
    unit: "MiB",
    scenario: "memory by conversations",
    axis: { of: "conversations", steps: "even" },
    per: 2 ** 20
  },
  "memory-sockets": {
    kind: "lines",
    title: "Memory of idle sockets",
    unit: "MiB",
    scenario: "memory by sockets",
    axis: { of: "sockets", steps: "even" },
    per: 2 ** 20
  },
  "growth-messages": {
    kind: "lines",
    title: "A webhook as its chat grows",
    unit: "microseconds of the main thread",
    scenario: "growth by messages",
    axis: { of: "messages in the chat", steps: "tens" }
  },
  "growth-members": {
    kind: "lines",
    title: "A webhook as its group grows",
    unit: "microseconds of the main thread",
    scenario: "growth by members",
    axis: { of: "members of the group", steps: "tens" }
  },
  "growth-chats": {
    kind: "lines",
    title: "A webhook that begins a chat, as its account grows",
    unit: "microseconds of the main thread",
    scenario: "growth by chats",
    axis: { of: "chats of the account", steps: "even" }
  }
}

const pointsOf = (samples: Samples, per: number) =>
  Object.entries(samples).map(([size, values]) => ({
    size: Number(size),
    summary: summarise(values.map((value) => value / per))
  }))

/** The charts that a report has figures for, by the name of their file. */
export const drawn = (kept: Kept): ReadonlyMap<string, string> => {
  const all = new Map<string, string>()
  for (const [name, chart] of Object.entries(charts)) {
    const targets = Object.entries(kept[chart.scenario] ?? {})
    if (targets.length === 0) continue
    if (chart.kind === "bars") {
      const rows = targets.map(([target, samples]) => ({ name: target, summary: summarise(samples[chart.figure]!) }))
      all.set(name, bars(chart.title, chart.unit, rows))
    } else {
      const rows = targets.map(([target, samples]) => ({ name: target, points: pointsOf(samples, chart.per ?? 1) }))
      all.set(name, lines(chart.title, chart.unit, chart.axis, rows))
    }
  }
  return all
}
