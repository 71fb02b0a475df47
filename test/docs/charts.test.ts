/** The statecharts as they run: pictured at the head of their files, and nothing in them that only mirrors a field. */
import { readFileSync } from "node:fs"
import type { AnyStateNode } from "xstate"
import { describe, expect, test } from "vitest"
import { charted, fileOf, withPicture } from "../../src/docs/charts.ts"

const nodes = (node: AnyStateNode): ReadonlyArray<AnyStateNode> => [node, ...Object.values(node.states).flatMap(nodes)]

describe.each(Object.entries(charted))("the statechart of a %s", (folder, machine) => {
  test("is the picture at the head of its file: `npm run docs` puts it there", () => {
    const source = readFileSync(fileOf(folder), "utf8")
    expect(source).toBe(withPicture(source, machine))
  })

  test("names its events, and moves by nothing else", () => {
    for (const node of nodes(machine.root)) {
      expect([...node.transitions.keys()].filter((event) => event.includes("*"))).toEqual([])
      expect(node.always ?? []).toEqual([])
    }
  })

  test("leads into every state and, but for final ones, out of it", () => {
    for (const node of nodes(machine.root)) {
      if (node.parent === undefined || node.parent.type === "parallel") continue
      const siblings = Object.values(node.parent.states) as ReadonlyArray<AnyStateNode>
      const isReached = siblings.some((other) =>
        [...other.transitions.values()].flat().some(({ target }) => target?.includes(node))
      )
      expect(isReached || node.parent.initial.target?.includes(node), node.id).toBe(true)
      const leaves = [...node.transitions.values()].flat().some(({ target }) => target !== undefined)
      expect(leaves, node.id).toBe(node.type !== "final")
    }
  })
})
