/** The newest message, as lists show it (CONTRACT 2.4 last_message). */
import { describe, expect, test } from "vitest"
import { previewLimit } from "../../machines/conversation/last-message.ts"
import { windowLimit } from "../../machines/conversation/message-window.ts"
import type { Event } from "../../machines/events.ts"
import { ann, created, deleted, delivered, edited, me, message, registered, running, start } from "./facts.ts"
import { SmallTenant } from "./small-tenant.ts"

const after = (...events: ReadonlyArray<Event>): SmallTenant => {
  const tenant = new SmallTenant()
  for (const event of [created, registered, running, ...events]) tenant.apply(event)
  return tenant
}
const lastAfter = (...events: ReadonlyArray<Event>) => after(...events).conversation().last_message
const says = (n: number, content: string | null, more = {}) =>
  message(`m${n}`, n, ann, { message: { content, ...more } })

describe("the last message", () => {
  test("is the newest by time, whichever comes last", () => {
    const expected = {
      id: "m2",
      direction: "inbound",
      status: "delivered",
      preview: "two",
      sender: "ann",
      at: start + 2
    }
    expect(lastAfter(says(1, "one"), says(2, "two"))).toEqual(expected)
    expect(lastAfter(says(2, "two"), says(1, "one"))).toEqual(expected)
  })

  test("gives way to the one before it when it is deleted, and comes to nothing with the last", () => {
    expect(lastAfter(says(1, "one"), says(2, "two"), deleted("m2", 5))).toMatchObject({ id: "m1", preview: "one" })
    expect(lastAfter(deleted("m2", 5), says(2, "two"), says(1, "one"))).toMatchObject({ id: "m1", preview: "one" })
    expect(lastAfter(says(1, "one"), deleted("m1", 5))).toBeNull()
  })

  test("shows the newest edit, and how far it has come", () => {
    const own = message("mine", 3, me, { message: { content: "draft" } })
    expect(lastAfter(own, edited("mine", 4, "final"))).toMatchObject({ preview: "final", direction: "outbound" })
    expect(lastAfter(edited("mine", 4, "final"), own, delivered("mine", 6))).toMatchObject({
      preview: "final",
      status: "delivered"
    })
  })

  test("is no system line and nothing hidden", () => {
    const line = message("line", 9, ann, { message: { is_event: true } })
    expect(lastAfter(says(1, "one"), line, says(8, "unseen", { hidden: true }))).toMatchObject({ preview: "one" })
    expect(lastAfter(says(1, "one"), says(8, "seen", { hidden: true }), says(8, null))).toMatchObject({
      id: "m8",
      preview: "seen"
    })
  })

  test("shows 160 characters at the most, in one line; without a text what the attachment is", () => {
    const picture = { id: "p", type: "img", name: "cat.png", mime: null, size: null, url: "att://p" }
    expect(lastAfter(says(1, ` a\n\n b\t${"c".repeat(1_000)}`))!.preview).toBe(`a b ${"c".repeat(156)}`)
    expect(lastAfter(says(1, " ", { attachments: [picture] }))!.preview).toBe("cat.png")
    expect(lastAfter(says(1, null))!.preview).toBeNull()
  })

  test("stays when so many system lines come that the window lets it go", () => {
    const lines = Array.from({ length: 2 * windowLimit }, (_, n) =>
      message(`line-${n}`, 10 + n, ann, { message: { is_event: true } })
    )
    const tenant = after(says(1, "one"), ...lines)
    expect(tenant.conversation().facts.window.floor).not.toBeNull()
    expect(tenant.conversation().last_message).toMatchObject({ id: "m1", preview: "one" })
  })

  test("is shown without a preview where more than are kept of the newest were deleted", () => {
    const all = Array.from({ length: previewLimit + 1 }, (_, n) => says(n, `text ${n}`))
    const gone = all.slice(1).map((_, n) => deleted(`m${n + 1}`, 100))
    expect(lastAfter(...all, ...gone.slice(1))).toMatchObject({ id: "m1", preview: "text 1" })
    expect(lastAfter(...all, ...gone)).toMatchObject({ id: "m0", preview: null })
  })

  test("survives sleep, with what stands behind it", () => {
    const tenant = after(says(1, "one"), says(2, "two"))
    tenant.sleepAndWake()
    expect(tenant.conversation().last_message).toMatchObject({ preview: "two" })
    tenant.apply(deleted("m2", 5))
    expect(tenant.conversation().last_message).toMatchObject({ preview: "one" })
  })
})
