import type { Actor } from '../actor.ts';
import type { FieldInfo, ModelInfo } from '../model/registry.ts';
import type { Policy } from '../query/types.ts';
import type { Problem } from './types.ts';
import type { Values } from './write.ts';

/**
 * Reads a JSON object as values of a model: dates, decimals and the like from their text, as `jsonRow` writes them. Names that are
 * not fields stay, so that `createAny` and `updateAny` refuse them; nothing else of a value is checked here but that it can be read.
 * A field that `by` may neither see nor set is like a name that is not a field: no problem tells of it.
 *
 * @example
 * const { values, problems } = readJson(model, input, { policy: app.policy, actor: context.actor });
 * const written = problems.length > 0 ? { outcome: 'invalid', problems } : await app.write.createAny(tx, context, model, values);
 */
export function readJson(
  model: ModelInfo,
  input: Readonly<Record<string, unknown>>,
  by: { readonly policy: Policy; readonly actor: Actor },
): { readonly values: Values; readonly problems: readonly Problem[] } {
  const values: Record<string, unknown> = Object.create(null);
  const problems: Problem[] = [];
  for (const [name, value] of Object.entries(input)) {
    const field = model.fields.get(name);
    const text = field && mayKnow(by, field) ? textOf(field, value) : undefined;
    if (field === undefined || text === undefined) {
      values[name] = value;
      continue;
    }
    const read = field.spec.parse(text, field);
    if (read.ok) values[name] = read.value;
    else problems.push({ field: name, issue: read.issue });
  }
  return { values, problems };
}

function mayKnow({ policy, actor }: { readonly policy: Policy; readonly actor: Actor }, field: FieldInfo): boolean {
  return (['view', 'add', 'change'] as const).some((action) => policy.mayField(actor, action, field));
}

/** What the field's type parses; undefined for a value that is in its final form already. */
function textOf(field: FieldInfo, value: unknown): string | undefined {
  if (field.kind === 'json') return undefined;
  if (field.through !== undefined && Array.isArray(value)) return value.map(String).join('\n');
  // An empty text is a value of its own in JSON, where a form can only mean "nothing" by it.
  if (typeof value === 'string') return value.trim() === '' ? undefined : value;
  return typeof value === 'number' && field.kind !== 'integer' && field.kind !== 'identity' ? String(value) : undefined;
}
