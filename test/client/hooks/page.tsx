/** Components that read stores, and what a test may do to them and see of them: `window.page`. */
import { startTransition, useLayoutEffect, useRef, useState } from "react"
import { createRoot } from "react-dom/client"
import { useStore } from "../../../src/client/react.ts"
import { Cell } from "../../../src/client/store.ts"

const readers = 20
/** Milliseconds that drawing one reader takes, so that a transition is interrupted between two of them. */
const slowness = 5

const watched = new Cell({ n: 0 })
const unwatched = new Cell({ n: 0 })
let draws = 0
/** What all readers showed, for each time that something was shown. */
const shown: Array<ReadonlyArray<string>> = []
let show = (_what: "one" | "many" | "nothing") => {}

const Reader = ({ isSlow }: { readonly isSlow: boolean }) => {
  const { n } = useStore(watched)
  draws += 1
  const end = performance.now() + (isSlow ? slowness : 0)
  while (performance.now() < end);
  return <i>{n}</i>
}

const App = () => {
  const [what, setWhat] = useState<"one" | "many" | "nothing">("one")
  const root = useRef<HTMLDivElement>(null)
  show = setWhat
  useLayoutEffect(() => {
    shown.push([...root.current!.querySelectorAll("i")].map((reader) => reader.textContent))
  })
  return (
    <div ref={root}>
      {what === "one" && <Reader isSlow={false} />}
      {what === "many" && Array.from({ length: readers }, (_, key) => <Reader key={key} isSlow />)}
    </div>
  )
}

createRoot(document.getElementById("root")!).render(<App />)

export const page = {
  watched,
  unwatched,
  shown,
  draws: () => draws,
  show: (what: "one" | "many" | "nothing") => show(what),
  /** Shows many slow readers in a transition, while the store changes every few milliseconds. */
  interrupted: async () => {
    const timer = setInterval(() => watched.set({ n: watched.get().n + 1 }), 7)
    startTransition(() => show("many"))
    while (shown.at(-1)!.length < readers) await new Promise((resolve) => setTimeout(resolve, 20))
    clearInterval(timer)
    await new Promise((resolve) => setTimeout(resolve, 500))
    return { shown, texts: [...document.querySelectorAll("i")].map((reader) => reader.textContent), n: watched.get().n }
  }
}
Object.assign(window, { page })
