/** Where in the dashboard: the part of the address behind `#/`. */
import { useEffect, useState } from "preact/hooks"

export interface Route {
  readonly view: string
  /** What stands behind it, decoded. */
  readonly rest: ReadonlyArray<string>
}

const routeNow = (): Route => {
  const [view = "", ...rest] = location.hash.replace(/^#\/?/, "").split("/")
  return { view: view || "inbox", rest: rest.map(decoded) }
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

export const hrefOf = (...parts: ReadonlyArray<string>): string => `#/${parts.map(encodeURIComponent).join("/")}`

export const useRoute = (): Route => {
  const [route, setRoute] = useState(routeNow)
  useEffect(() => {
    const changed = () => setRoute(routeNow())
    addEventListener("hashchange", changed)
    return () => removeEventListener("hashchange", changed)
  }, [])
  return route
}
