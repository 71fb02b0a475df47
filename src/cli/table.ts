/** Text for people: tables, and foreign text that cannot do anything to a terminal. */

/** Control characters as escapes: what others sent must not move the cursor or set a title. Line ends stay if they may. */
export const harmless = (text: string, lines = false): string =>
  text.replace(/[\p{Cc}\p{Bidi_Control}]/gu, (character) =>
    lines && (character === "\n" || character === "\t")
      ? character
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`
  )

/** Columns as wide as what stands in them, under their names. */
export const table = (names: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<unknown>>): string => {
  const cells = [names, ...rows.map((row) => row.map((cell) => harmless(String(cell ?? "-"))))]
  const widths = names.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)))
  const line = (row: ReadonlyArray<string>) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join("  ")
      .trimEnd()
  return cells.map(line).join("\n")
}

/** Names and values, one a line. */
export const card = (values: Readonly<Record<string, unknown>>): string => {
  const width = Math.max(...Object.keys(values).map((name) => name.length))
  return Object.entries(values)
    .map(([name, value]) => `${name.padEnd(width)}  ${harmless(String(value ?? "-"))}`)
    .join("\n")
}

/** Bytes for people. */
export const size = (bytes: number): string =>
  bytes < 1024
    ? `${bytes} B`
    : bytes < 1024 * 1024
      ? `${(bytes / 1024).toFixed(1)} KiB`
      : `${(bytes / 1024 / 1024).toFixed(1)} MiB`
