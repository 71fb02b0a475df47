/** What the reading of the source (../look-ups.ts) has to find, and what it has to leave alone. */
import { own } from "../../../machines/own.ts"

export const found = (record: Record<string, number>, name: string, anything: any) => {
  const { [name]: found = 0 } = record
  return [record[name], record[`${name}!`], name in record, found, anything[name], (record[name] = 1)]
}

export const leftAlone = (record: Record<string, number>, name: string, list: ReadonlyArray<number>, n: number) => {
  const { [name]: _, ...others } = record
  const kind = name === "one" ? "one" : "two"
  delete record[name]
  return [own(record, name), { one: 1, two: 2 }[kind], list[n], { ...others, [name]: 1 }, record["written"]]
}
