/**
 * Which CRM users have a conversation open, so that two agents do not answer at once (CONTRACT 2.4). A user looks through
 * windows: each has a deadline of its own, and whoever has one left is shown once.
 */
import type { ViewingSignalled } from "../events.ts"
import type { PresenceDraft, Viewer } from "./context.ts"
import { own } from "../own.ts"

/** Viewing ends by itself so many milliseconds after the last signal: a window says again every 10 s that it is still open. */
export const viewingLasts = 30_000
/** Viewers kept per conversation; further ones are not shown (I8). */
export const viewerLimit = 64
/** Windows kept per viewer; past it the one that would end first goes (I8). */
export const windowLimit = 16

/** When a viewer's windows end. */
export const lookedUntil = (viewer: Viewer): ReadonlyArray<number> => Object.values(viewer.windows)

export const viewing = (d: PresenceDraft, { viewer, window, received, is_viewing, lasts }: ViewingSignalled): void => {
  const { viewers } = d.context
  const known = own(viewers, viewer.id)
  const { [window]: _, ...others } = known?.windows ?? {}
  if (!is_viewing) {
    if (known !== undefined && Object.hasOwn(known.windows, window)) shown(d, { ...known, windows: others })
    return
  }
  if (known === undefined && Object.keys(viewers).length >= viewerLimit) return
  const kept = Object.entries(others)
    .sort(([, a], [, b]) => b - a)
    .slice(0, windowLimit - 1)
  shown(d, { ...viewer, windows: Object.fromEntries([...kept, [window, received + lasts]]) })
}

/** Windows whose deadline is over are closed. */
export const lookedAway = (d: PresenceDraft, isOver: (until: number) => boolean): void => {
  for (const viewer of Object.values(d.context.viewers)) {
    const open = Object.entries(viewer.windows).filter(([, until]) => !isOver(until))
    if (open.length < Object.keys(viewer.windows).length) shown(d, { ...viewer, windows: Object.fromEntries(open) })
  }
}

const shown = (d: PresenceDraft, viewer: Viewer): void => {
  const { [viewer.id]: _, ...others } = d.context.viewers
  d.set({ viewers: Object.keys(viewer.windows).length === 0 ? others : { ...d.context.viewers, [viewer.id]: viewer } })
}
