import type { App } from '../../core/app.ts';
import type { Context } from '../../core/http/context.ts';
import type { Form } from '../../core/http/form.ts';
import type { FieldInfo } from '../../core/model/registry.ts';
import type { Option } from '../../core/query/types.ts';
import type { Problem } from '../../core/write/types.ts';

/** What was found for the words in a relation field, by the field's name. */
export type Picks = ReadonlyMap<string, readonly Option[]>;

/**
 * Reads relation fields. With scripts a combobox sends the key; without, the field holds what somebody typed: the key, or
 * words of the label. One row that fits is taken, several are offered to choose from.
 */
export async function resolveRelations(
  ctx: Context,
  app: App,
  fields: readonly FieldInfo[],
  form: Form,
): Promise<{ picks: Picks; values: ReadonlyMap<string, unknown>; problems: readonly Problem[] }> {
  const picks = new Map<string, readonly Option[]>();
  const values = new Map<string, unknown>();
  const problems: Problem[] = [];
  for (const field of fields) {
    if (!field.target || !(form.has(field.name) || form.has(`${field.name}~`))) continue;
    const typed = form.all(field.name).filter((text) => text.trim() !== '');
    const found: Option[] = [];
    for (const text of typed) {
      const options = await app.rows.resolve(ctx.state.actor, field, text.trim());
      const [only] = options;
      if (only && options.length === 1) {
        found.push(only);
        continue;
      }
      picks.set(field.name, options);
      const key = options.length === 0 ? 'problem.noSuchRow' : 'problem.severalRows';
      problems.push({ field: field.name, issue: { key, params: { typed: text, target: field.target.title } } });
    }
    if (field.kind === 'manyToMany')
      values.set(
        field.name,
        found.flatMap((option) => keyValue(field, option.key)),
      );
    else if (found[0]) values.set(field.name, keyValue(field, found[0].key));
    else if (typed.length === 0) {
      if (field.nullable) values.set(field.name, null);
      else problems.push({ field: field.name, issue: { key: 'problem.required' } });
    }
    if (!picks.has(field.name) && found.length > 0) picks.set(field.name, found);
  }
  return { picks, values, problems };
}

/** An option's key as the value that code has for it; in a list of one where the field holds several. */
function keyValue(field: FieldInfo, key: string): unknown {
  const parsed = field.spec.parse(key, field);
  return parsed.ok ? parsed.value : key;
}
