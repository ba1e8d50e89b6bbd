/** The URL of a server at an address, which can be an IPv6 address. */
export function httpUrl({ host, port }: { readonly host: string; readonly port: number }): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
