import type { InvoiceLine } from '../models/invoice.ts';

/** The exact amount of a line. Computed in whole pence, since 0.1 + 0.2 is not 0.3 in floating point. */
export function lineTotal({ price, quantity }: Pick<InvoiceLine, 'price' | 'quantity'>): string {
  return inPounds(inPence(price) * BigInt(quantity));
}

/** `'12.5'` → 1250n */
export function inPence(amount: string): bigint {
  const [pounds = '0', pence = ''] = amount.split('.');
  return BigInt(pounds + pence.padEnd(2, '0').slice(0, 2));
}

/** 1250n → `'12.50'` */
export function inPounds(pence: bigint): string {
  const digits = pence.toString().padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
