import type { FieldInfo, ModelInfo } from '../model/field-type.ts';
import type { Problem } from '../model/issue.ts';
import type { Actor } from '../policy/actor.ts';
import type { Policy } from '../policy/policy.ts';
import type { Values } from './types.ts';

/**
 * Reads a JSON object as values of a model: dates, decimals and the like from their text, as `jsonRow` writes them. Names that are
 * not fields are kept, so that `createAny` and `updateAny` reject them; values are parsed here but not validated. A field that the
 * actor may neither see nor set is treated like a name that is not a field, so that problems do not reveal it.
 *
 * @example
 * const { values, problems } = readJson(model, input, { policy: app.policy, actor: context.actor });
 * const written = problems.length > 0 ? { outcome: 'invalid', problems } : await app.write.createAny(tx, context, model, values);
 */
export function readJson(
  model: ModelInfo,
  input: Readonly<Record<string, unknown>>,
  access: { readonly policy: Policy; readonly actor: Actor },
): { readonly values: Values; readonly problems: readonly Problem[] } {
  const values: Record<string, unknown> = Object.create(null);
  const problems: Problem[] = [];
  for (const [name, value] of Object.entries(input)) {
    const field = model.fields.get(name);
    const text = field && canUseField(access, field) ? textOf(field, value) : undefined;
    if (field === undefined || text === undefined) {
      values[name] = value;
      continue;
    }
    const parsed = field.type.parse(text, field);
    if (parsed.ok) values[name] = parsed.value;
    else problems.push({ field: name, issue: parsed.issue });
  }
  return { values, problems };
}

function canUseField({ policy, actor }: { readonly policy: Policy; readonly actor: Actor }, field: FieldInfo): boolean {
  return (['view', 'add', 'change'] as const).some((action) => policy.mayField(actor, action, field));
}

/** The text to parse with the field's type; undefined for a value that needs no parsing. */
function textOf(field: FieldInfo, value: unknown): string | undefined {
  if (field.typeName === 'json') return undefined;
  if (field.through !== undefined && Array.isArray(value)) return value.map(String).join('\n');
  // In JSON, an empty string is a value; in a form it can only mean that the field is empty.
  if (typeof value === 'string') return value.trim() === '' ? undefined : value;
  return typeof value === 'number' && field.typeName !== 'integer' && field.typeName !== 'identity'
    ? String(value)
    : undefined;
}
