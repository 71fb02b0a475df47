/** A kept payload's bytes as they stand on the wire. */
import * as Schema from "effect/Schema"

export const keptBody = {
  encoding: Schema.Literals(["utf8", "base64"]).annotate({
    description: "How body is written: as text if it is UTF-8"
  }),
  body: Schema.String.annotate({ description: "The raw bytes" }),
  now: Schema.Union([
    Schema.Struct({ readable: Schema.Literal(true), events: Schema.Array(Schema.String) }),
    Schema.Struct({ readable: Schema.Literal(false), reason: Schema.String })
  ]).annotate({ description: "What this version reads in it; whether that can be applied, only a replay tells" })
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/** As text where nothing of it would be lost. */
export const bodyOnWire = (body: Uint8Array): { readonly encoding: "utf8" | "base64"; readonly body: string } => {
  try {
    return { encoding: "utf8", body: utf8.decode(body) }
  } catch {
    return { encoding: "base64", body: Buffer.from(body).toString("base64") }
  }
}
