/** The bytes of a request, made once and written to raw sockets. */
export interface Call {
  readonly method: "POST" | "PUT"
  /** The path of an address whose host is that of the server. */
  readonly path: string
  readonly body: string
}

export const requestOf = (
  host: string,
  headers: Readonly<Record<string, string>>,
  { method, path, body }: Call
): string =>
  [
    `${method} ${path} HTTP/1.1`,
    `host: ${host}`,
    "content-type: application/json",
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(body)}`,
    "",
    body
  ].join("\r\n")
