/**
 * The picture at the head of each machine's file, from the machine: `npm run docs` puts it there, a test compares. Letters stand for
 * events: `─a►` leads there by one of `a`, `stays b` takes those of `b` and stays. What a state does not name it refuses.
 */
import { readFileSync, writeFileSync } from "node:fs"
import type { AnyStateMachine } from "xstate"
import { kinds, presenceKind } from "../../actors/memory/kinds.ts"
import type { StateShown } from "../../actors/views/statechart.ts"
import { chartOf } from "../../actors/views/statechart.ts"

const width = 118

/** Machines by the folder of their file. */
export const charted: Readonly<Record<string, AnyStateMachine>> = {
  ...Object.fromEntries(Object.entries(kinds).map(([kind, { machine }]) => [kind, machine])),
  presence: presenceKind.machine
}

export const fileOf = (folder: string): URL =>
  new URL(`../../machines/${folder.replaceAll("_", "-")}/machine.ts`, import.meta.url)

/** Lines of the picture, without the comment's stars. */
export const chartPicture = (machine: AnyStateMachine): ReadonlyArray<string> => {
  const letters = new Map<string, string>()
  const letterOf = (events: ReadonlyArray<string>): string => {
    const key = events.join(", ")
    const letter = letters.get(key) ?? String.fromCharCode(97 + letters.size)
    letters.set(key, letter)
    return letter
  }
  const root = chartOf(machine)
  const states =
    root.type === "parallel"
      ? regionsOf(root).flatMap(([names, region]) => [...wrapped(names, "", ":"), ...rows(region, letterOf)])
      : rows(root, letterOf)
  return [...states, "", ...[...letters].flatMap(([events, letter]) => wrapped(events, `${letter}  `))]
}

/** Regions that are alike are drawn once, under all of their names. */
const regionsOf = ({ states }: StateShown): ReadonlyArray<readonly [names: string, region: StateShown]> => {
  const alike = new Map<string, Array<StateShown>>()
  for (const region of states) {
    const shape = JSON.stringify(region.states).replaceAll(`"${region.key} `, '"')
    alike.set(shape, [...(alike.get(shape) ?? []), region])
  }
  return [...alike.values()].map((regions) => [regions.map(({ key }) => key).join(", "), regions[0]!])
}

const rows = ({ key: region, states, initial }: StateShown, letterOf: (events: ReadonlyArray<string>) => string) => {
  const longest = Math.max(...states.map(({ key }) => key.length))
  return states.map(({ key, type, transitions }) => {
    const targetsOf = new Map<string, Array<string>>()
    for (const { event: type, guard, target } of transitions) {
      // Taken under its guard alone, else refused.
      const isPlain = transitions.some((other) => other.event === type && other.guard === null)
      const event =
        isPlain || guard === null || guard.endsWith(` ${target}`)
          ? type
          : `${type} [${guard.replace(`${region} `, "")}]`
      const targets = targetsOf.get(event) ?? []
      targetsOf.set(event, target === null ? targets : [...targets, target])
    }
    const eventsTo = new Map<string, Array<string>>()
    for (const [event, targets] of targetsOf) {
      const name = targets.join(", ")
      eventsTo.set(name, [...(eventsTo.get(name) ?? []), event])
    }
    const { [""]: staying, ...leading } = Object.fromEntries(eventsTo)
    const edges = Object.entries(leading).map(([targets, events]) => `─${letterOf(events)}► ${targets}`)
    const stays = staying === undefined ? [] : [`stays ${letterOf(staying)}`]
    const all = type === "final" ? ["final"] : [...edges, ...stays]
    return `${key === initial ? "●" : " "} ${key.padEnd(longest)}  ${all.join("  ")}`
  })
}

const wrapped = (list: string, head: string, end = ""): ReadonlyArray<string> => {
  const lines = [head]
  for (const [n, word] of list.split(", ").entries()) {
    const piece = n === 0 ? word : `, ${word}`
    const last = lines.at(-1)!
    if (last.length + piece.length < width) lines[lines.length - 1] = last + piece
    else lines.splice(-1, 1, `${last},`, " ".repeat(head.length) + word)
  }
  return lines.map((line, n) => (n === lines.length - 1 ? line + end : line))
}

/** A file's text with the picture of its machine at the head, and what follows it there. */
export const withPicture = (source: string, machine: AnyStateMachine): string => {
  const [, rest] = /^\/\*\*\n(?: \* {3}.*\n| \*\n)*( \* \S[\s\S]*)$/.exec(source)!
  const lines = chartPicture(machine).map((line) => (line === "" ? " *" : ` *   ${line}`.trimEnd()))
  return ["/**", ...lines, " *", rest].join("\n")
}

if (import.meta.main)
  for (const [folder, machine] of Object.entries(charted))
    writeFileSync(fileOf(folder), withPicture(readFileSync(fileOf(folder), "utf8"), machine))
