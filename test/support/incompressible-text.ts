/** Text that PostgreSQL cannot compress, so that it is too long for an index. */
export function incompressibleText(length: number): string {
  return Array.from({ length }, (_, index) => String.fromCodePoint(0x4e00 + ((index * 7919) % 20_000))).join('');
}
