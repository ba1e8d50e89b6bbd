/**
 * How many digits a currency has after the point: its minor unit in ISO 4217. Kept here and not asked of Intl, whose data
 * change with Node: a column's type must not.
 */
const DIGITS: Readonly<Record<number, string>> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
};
const BY_CODE = new Map(
  Object.entries(DIGITS).flatMap(([digits, codes]) => codes.split(' ').map((code) => [code, Number(digits)] as const)),
);

/** @example currencyDigits('JPY') // 0 */
export function currencyDigits(code: string): number {
  return BY_CODE.get(code) ?? 2;
}

/** Every currency that can be shown with its sign. */
export function knownCurrencies(): readonly string[] {
  return Intl.supportedValuesOf('currency');
}
