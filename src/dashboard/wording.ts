/** Times, numbers and names as people read them. */

/** The page is in English, and so are its dates: the browser's own form would stand in the middle of our words. */
const locale = "en-GB"

const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" })
const exact = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", second: "2-digit" })
const date = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" })
const whole = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" })

type Instant = string | number | null | undefined
const at = (instant: string | number) => new Date(instant)

/** `17:42`, or `3 Nov` when it was not today. */
export const shortTime = (instant: Instant, now: number): string => {
  if (instant === null || instant === undefined) return ""
  const time = at(instant)
  return time.toDateString() === new Date(now).toDateString() ? clock.format(time) : date.format(time)
}
export const exactTime = (instant: Instant): string =>
  instant === null || instant === undefined ? "" : exact.format(at(instant))
/** For titles. */
export const fullTime = (instant: Instant): string =>
  instant === null || instant === undefined ? "never" : whole.format(at(instant))

/** `now`, `12 s`, `3 min`, `5 h`, `2 d`. */
export const span = (milliseconds: number): string => {
  const seconds = Math.round(Math.abs(milliseconds) / 1_000)
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3_600) return `${Math.round(seconds / 60)} min`
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`
  return `${Math.round(seconds / 86_400)} d`
}
export const ago = (instant: Instant, now: number): string =>
  instant === null || instant === undefined ? "never" : `${span(now - at(instant).getTime())} ago`
export const ahead = (instant: Instant, now: number): string => {
  if (instant === null || instant === undefined) return "not planned"
  const left = at(instant).getTime() - now
  return left <= 0 ? "now" : `in ${span(left)}`
}

const grouped = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 })
export const number = (value: number): string => grouped.format(value)
/** Milliseconds with two significant digits; a dash when there is nothing to tell. */
export const duration = (milliseconds: number | null | undefined): string => {
  if (milliseconds === null || milliseconds === undefined) return "–"
  if (milliseconds >= 1_000) return `${(milliseconds / 1_000).toFixed(1)} s`
  return `${milliseconds >= 10 ? Math.round(milliseconds) : milliseconds.toFixed(1)} ms`
}

/** `checkpoint_required` → `checkpoint required`. */
export const words = (name: string): string => name.replaceAll("_", " ")

/** The initials of a name, two at most. */
export const initials = (name: string): string => {
  const parts = name.split(/[\s.@_-]+/).filter((part) => /\p{L}|\p{N}/u.test(part))
  return (
    parts
      .slice(0, 2)
      .map((part) => [...part][0]!.toUpperCase())
      .join("") || "?"
  )
}

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${number(count)} ${count === 1 ? one : many}`
