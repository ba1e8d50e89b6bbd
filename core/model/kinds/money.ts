import { escapeHtml } from '../../view/escape.ts';
import type { FieldType } from '../kind.ts';
import { decimal } from './decimal.ts';

/** Digits in all, of which the currency's own stand after the point: enough for any national budget. */
export const MONEY_DIGITS = 19;

/** An exact amount in one currency, which the field names. Text from end to end; never a float. */
export const money: FieldType<string> = {
  ...decimal,
  kind: 'money',
  cell:
    ({ currency = '' }, show) =>
    (wire) =>
      escapeHtml(show.money(String(wire), currency)),
};
