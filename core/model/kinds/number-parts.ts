// What the kinds of numbers share.

import { escapeHtml } from '../../view/escape.ts';
import type { FieldType } from '../kind.ts';

/** A field's own bounds, held by the database as well. */
export const rangeChecks: FieldType['checks'] = ({ min, max }) => [
  ...(min === undefined ? [] : [{ suffix: 'min', sql: (column: string) => `${column} >= ${min}` }]),
  ...(max === undefined ? [] : [{ suffix: 'max', sql: (column: string) => `${column} <= ${max}` }]),
];

/** A number as the reader's language writes it. */
export const numberCell: FieldType['cell'] = (_field, show) => (wire) =>
  escapeHtml(show.number(typeof wire === 'number' ? wire : String(wire)));
