/** Light, dark, or as the system has it. Kept in this browser. */
import { useEffect, useState } from "preact/hooks"

const themes = ["system", "light", "dark"] as const
type Theme = (typeof themes)[number]
const name = "switchboard.theme"

const keptTheme = (): Theme => themes.find((theme) => theme === localStorage.getItem(name)) ?? "system"

/** The theme, and a way to the next one. */
export const useTheme = (): readonly [Theme, () => void] => {
  const [theme, setTheme] = useState(keptTheme)
  useEffect(() => {
    document.documentElement.dataset["theme"] = theme
    localStorage.setItem(name, theme)
  }, [theme])
  return [theme, () => setTheme(themes[(themes.indexOf(theme) + 1) % themes.length]!)]
}
