import { relationLabel } from '../../query/aliases.ts';
import { escapeHtml } from '../../view/escape.ts';
import { keyPart } from '../key-text.ts';
import type { FieldType } from '../kind.ts';
import type { FieldInfo } from '../registry.ts';
import { identity } from './identity.ts';

/**
 * A relation holds the key of its target, so it is stored, read and checked as that key is. The boot binds each relation to
 * the field that is its target's key.
 */
export function belongsToKey(spec: FieldType, key?: FieldInfo): FieldType {
  return {
    kind: 'belongsTo',
    sqlType: (field) => spec.sqlType(key ?? field),
    sqlDefault: () => undefined,
    checks: () => [],

    wire: spec.wire,
    decode: (wire) => spec.decode(wire),
    encode: (value) => spec.encode(value),
    cast: (field) => spec.cast(key ?? field),

    parse: (text, field, zone) => spec.parse(text, key ?? field, zone),
    validate: (value, field) => spec.validate(value, key ?? field),

    cell(field, show) {
      const alias = relationLabel(field.name);
      const target = field.target?.name;
      return (wire, row) => {
        const label = row[alias];
        // No label: the reader may not know the row, so there is nothing to link to either.
        if (typeof label !== 'string') return escapeHtml(String(wire));
        const html = escapeHtml(label === '' ? String(wire) : label);
        const url = target === undefined ? undefined : show.recordUrl(target, keyPart(String(wire)));
        return url === undefined ? html : `<a href="${escapeHtml(url)}">${html}</a>`;
      };
    },
    align: 'start',

    widget: () => 'relation',
    text: (wire, field, zone) => spec.text(wire, key ?? field, zone),

    filter: 'relation',
    sortable: true,
    searchable: false,
    exported: (wire) => spec.exported(wire),
  };
}

/** A relation before the boot has bound it: as if it pointed to a key made by the database. */
export const belongsTo: FieldType = belongsToKey(identity);
