import { isIP } from 'node:net';

/** A client's address as PostgreSQL's inet takes it: without the zone of a link-local one; null for what is no address. */
export function inetOf(address: string | null): string | null {
  const [plain = ''] = (address ?? '').split('%', 1);
  return isIP(plain) === 0 ? null : plain;
}
