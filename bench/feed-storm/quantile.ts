/** The value below which a share of them lies; undefined of none. */
export const quantile = (values: ReadonlyArray<number>, share: number): number | undefined => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]
}
