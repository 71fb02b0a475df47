/** Texts that an object answers to though nobody put them there, and some that code likes to ask a value for. */
export const oddNames: ReadonlyArray<string> = [
  ...Object.getOwnPropertyNames(Object.prototype),
  "prototype",
  "then",
  "toJSON",
  "length",
  "0",
  ""
]
