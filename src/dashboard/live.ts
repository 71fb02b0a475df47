/** The live side of a session: the feed's client, the API, and what every view needs of them. */
import { createContext } from "preact"
import { useCallback, useContext, useEffect, useRef, useState } from "preact/hooks"
import type { Client } from "../client/index.ts"
import type { Ops, Store, TopicValue } from "../client/index.ts"
import type { Api } from "./api.ts"
import type { LastTold } from "./last-told.ts"
import type { History } from "./runtime/history.ts"

export interface Live {
  readonly api: Api
  readonly client: Client
  readonly ops: Store<TopicValue<Ops>>
  readonly history: History
  readonly lastTold: LastTold
  /** Says something to the user: what was refused, what was done. */
  readonly say: (text: string) => void
  readonly leave: () => void
}

export const LiveContext = createContext<Live | null>(null)

/** Only below the shell, where somebody is signed in. */
export const useLive = (): Live => useContext(LiveContext)!

/** What a store holds now; draws again when it changes. */
export const useStore = <T>(store: Store<T>): T => {
  const [, redraw] = useState(0)
  useEffect(() => store.subscribe(() => redraw((count) => count + 1)), [store])
  return store.get()
}

export interface Fetched<T> {
  readonly value: T | null
  readonly error: string | null
  readonly again: () => void
}

/** What the API says of `path`, asked again when `path` or one of `when` changes, and each `every` milliseconds if given. */
export const useFetched = <T>(path: string | null, when: ReadonlyArray<unknown> = [], every?: number): Fetched<T> => {
  const { api, lastTold } = useLive()
  const known = (of: string | null) => (of === null ? null : lastTold.get<T>(of))
  const [state, setState] = useState<{
    readonly path: string | null
    readonly value: T | null
    readonly error: string | null
  }>({
    path,
    value: known(path),
    error: null
  })
  const asked = useRef(0)
  const again = useCallback(() => {
    if (path === null) return
    const turn = ++asked.current
    api.get<T>(path).then(
      (value) => {
        lastTold.set(path, value)
        if (turn === asked.current) setState({ path, value, error: null })
      },
      (error: Error) =>
        turn === asked.current &&
        setState((before) => ({ path, value: before.path === path ? before.value : known(path), error: error.message }))
    )
  }, [api, path])
  useEffect(() => {
    again()
    if (every === undefined) return
    const timer = setInterval(() => document.visibilityState === "visible" && again(), every)
    return () => clearInterval(timer)
  }, [again, every, ...when])
  return state.path === path ? { ...state, again } : { value: known(path), error: null, again }
}

/** The same value, later: only once it has not changed for so many milliseconds. */
export const useSettled = <T>(value: T, milliseconds: number): T => {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), milliseconds)
    return () => clearTimeout(timer)
  }, [value, milliseconds])
  return settled
}

/** The time, for words like "3 min"; draws again each `every` milliseconds. */
export const useNow = (every: number): number => {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), every)
    return () => clearInterval(timer)
  }, [every])
  return now
}
