/** How far a run is, on standard error: a bar that moves in a terminal, plain lines elsewhere. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/** Something that can be written to; process.stderr is one. */
export interface Terminal {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/** Milliseconds between two looks of a bar, and between two plain lines. */
const barEvery = 100
const lineEvery = 5_000

/** How far a run is; `done` of `total` in whatever unit the source has. */
export interface Progress {
  readonly done: number
  readonly total: number
  readonly events: number
}

const seconds = (ms: number): string => {
  const whole = Math.ceil(ms / 1000)
  return whole < 60
    ? `${whole} s`
    : whole < 3_600
      ? `${Math.floor(whole / 60)} min ${whole % 60} s`
      : `${(whole / 3_600).toFixed(1)} h`
}
const number = (value: number): string => Math.round(value).toLocaleString("en-US")

/** `width`: of the bar alone, in characters. */
export const bar = (share: number, width: number): string => {
  const full = Math.round(Math.min(Math.max(share, 0), 1) * width)
  return `[${"#".repeat(full)}${".".repeat(width - full)}]`
}

/** `ms`: how long it took to come so far from `from`. */
export const figures = ({ done, total, events }: Progress, from: Progress, ms: number): string => {
  const share = total === 0 ? 1 : Math.min(done / total, 1)
  const rate = ms === 0 ? 0 : ((events - from.events) * 1000) / ms
  const gone = done - from.done
  const left = gone <= 0 ? "" : `, ${seconds((ms * Math.max(total - done, 0)) / gone)} left`
  return `${String(Math.floor(share * 100)).padStart(3)}%  ${number(events)} events, ${number(rate)}/s${share < 1 ? left : ""}`
}

/** Shows each step; `end` leaves the last one standing. */
export const progressOn = Effect.fnUntraced(function* (terminal: Terminal, from: Progress) {
  const start = yield* Clock.currentTimeMillis
  const every = terminal.isTTY === true ? barEvery : lineEvery
  let shown = -Infinity
  let last = from
  const draw = (now: number) => {
    shown = now
    const text = figures(last, from, now - start)
    if (terminal.isTTY !== true) return void terminal.write(`${text.trim()}\n`)
    const width = Math.max(10, Math.min(40, (terminal.columns ?? 80) - text.length - 4))
    const share = last.total === 0 ? 1 : last.done / last.total
    terminal.write(`\r${bar(share, width)} ${text}\u001b[K`)
  }
  return {
    step: (progress: Progress) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        last = progress
        if (now - shown >= every) draw(now)
      }),
    end: Effect.map(Clock.currentTimeMillis, (now) => {
      draw(now)
      if (terminal.isTTY === true) terminal.write("\n")
    })
  }
})
