import { z } from 'zod';
import { relationList } from '../../query/aliases.ts';
import { escapeHtml } from '../../view/escape.ts';
import { keyPart } from '../key-text.ts';
import type { DbValue, FieldType, Issue } from '../kind.ts';
import { issue } from '../parsed.ts';
import type { FieldInfo } from '../registry.ts';
import { identity } from './identity.ts';

/** Rows of the target, each by its key; the label is absent where the reader may not know the row. */
const list = z.array(z.object({ key: z.union([z.string(), z.number()]), label: z.string().nullish() }));
type List = z.infer<typeof list>;

/** Has no column: the pairs live in another model. Its value in code is an array of keys of the target. */
export function manyToManyKeys(spec: FieldType, key?: FieldInfo): FieldType<readonly unknown[]> {
  const validate = (value: unknown, field: FieldInfo): Issue | undefined => {
    if (!Array.isArray(value)) return issue('problem.list');
    for (const one of value) {
      const found = spec.validate(one, key ?? field);
      if (found !== undefined) return found;
    }
    return undefined;
  };

  return {
    kind: 'manyToMany',
    sqlType: () => undefined,
    sqlDefault: () => undefined,
    checks: () => [],

    wire: list,
    decode: (wire) => keysOf(wire).map((one) => spec.decode(one)),
    // Never asked: without a column no value travels as a parameter.
    encode: () => null,
    cast: (field) => spec.cast(key ?? field),

    /** One key a line, so a control that posts each key by itself is parsed value by value. */
    parse(text, field, zone) {
      const keys: unknown[] = [];
      for (const line of text.split(/\r\n|\r|\n/)) {
        if (line.trim() === '') continue;
        const parsed = spec.parse(line, key ?? field, zone);
        if (!parsed.ok) return parsed;
        keys.push(parsed.value);
      }
      return { ok: true, value: keys };
    },
    validate,

    cell(field, show) {
      const alias = relationList(field.name);
      const target = field.target?.name;
      return (wire, row) =>
        entriesOf(row[alias] ?? wire)
          .map(({ key: found, label }) => {
            const html = escapeHtml(label ? label : String(found));
            const url = label && target !== undefined ? show.recordUrl(target, keyPart(String(found))) : undefined;
            if (url === undefined) return `<span class="badge">${html}</span>`;
            return `<a class="badge" href="${escapeHtml(url)}">${html}</a>`;
          })
          .join(' ');
    },
    align: 'start',

    widget: () => 'relations',
    text: (wire, field, zone) =>
      keysOf(wire)
        .map((one) => spec.text(one, key ?? field, zone))
        .join('\n'),

    filter: 'relation',
    sortable: false,
    searchable: false,
    exported: (wire) => keysOf(wire).map((one) => spec.exported(one)),
  };
}

/** Before the boot has bound it: as if it pointed to keys made by the database. */
export const manyToMany: FieldType = manyToManyKeys(identity);

function entriesOf(wire: DbValue): List {
  const read = list.safeParse(wire);
  return read.success ? read.data : [];
}

function keysOf(wire: DbValue): readonly (string | number)[] {
  return entriesOf(wire).map(({ key }) => key);
}
