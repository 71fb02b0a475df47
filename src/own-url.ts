/** The address at a host and a port; IPv6 stands in brackets. */
export const addressAt = (host: string, port: number | string): string =>
  `http://${host.includes(":") ? `[${host}]` : host}:${port}`

/** Where the server of this checkout is, told by the same variables that the server reads. Without a trailing slash. */
export const ownUrl = (env: Readonly<Record<string, string | undefined>>): string => {
  const { SWITCHBOARD_PUBLIC_URL: given, HOST: host = "127.0.0.1", PORT: port = "4000" } = env
  return (given ?? addressAt(host, port)).replace(/\/+$/, "")
}
