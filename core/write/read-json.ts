import { exactDigits, parseExactJson, withExactNumbers, withPlainNumbers } from '../base/exact-json.ts';
import type { FieldInfo, ModelInfo } from '../model/field-type.ts';
import { invalid, type Problem } from '../model/issue.ts';
import type { Actor } from '../policy/actor.ts';
import type { Policy } from '../policy/policy.ts';
import type { Values } from './types.ts';

/**
 * Reads a JSON object as values of a model: dates, decimals and the like from their text, as `jsonRow` writes them. Names that are
 * not fields are kept, so that `createAny` and `updateAny` reject them; values are parsed here but not validated. A field that the
 * actor may neither see nor set is treated like a name that is not a field, so that problems do not reveal it.
 *
 * `text`: the body that `input` comes from, `ctx.state.bodyText`. JavaScript's numbers do not have all digits of a large number in
 * JSON; without `text`, such a number is a problem of its field, except inside the value of a JSON field, where it is rounded.
 *
 * @example
 * const { policy } = app;
 * const { values, problems } = readJson(model, input, { policy, actor: context.actor, text: ctx.state.bodyText });
 * const written = problems.length > 0 ? { outcome: 'invalid', problems } : await app.write.createAny(tx, context, model, values);
 */
export function readJson(
  model: ModelInfo,
  input: Readonly<Record<string, unknown>>,
  { text, ...access }: { readonly policy: Policy; readonly actor: Actor; readonly text?: string | undefined },
): { readonly values: Values; readonly problems: readonly Problem[] } {
  const values: Record<string, unknown> = Object.create(null);
  const problems: Problem[] = [];
  const exact = membersOf(text);
  for (const [name, rounded] of Object.entries(input)) {
    // fault: digits-of-json-lost
    const value = withExactNumbers(rounded, exact.get(name));
    const field = model.fields.get(name);
    const entered = field && canUseField(access, field) ? textOf(field, value) : undefined;
    if (field === undefined || entered === undefined) {
      values[name] = field?.typeName === 'json' ? value : withPlainNumbers(value);
      continue;
    }
    const parsed =
      !exact.has(name) && isInexact(value) ? invalid('problem.jsonNumber') : field.type.parse(entered, field);
    if (parsed.ok) values[name] = parsed.value;
    else problems.push({ field: name, issue: parsed.issue });
  }
  return { values, problems };
}

/** The members of a JSON object, with all digits of their numbers. A schema may have selected another part of the body. */
function membersOf(text: string | undefined): ReadonlyMap<string, unknown> {
  const exact = text === undefined ? undefined : parseExactJson(text);
  return new Map(typeof exact === 'object' && exact !== null ? Object.entries(exact) : []);
}

/** Whether a number, or one of several, may have lost digits. */
function isInexact(value: unknown): boolean {
  return [value].flat().some((one) => typeof one === 'number' && Number.isInteger(one) && !Number.isSafeInteger(one));
}

function canUseField({ policy, actor }: { readonly policy: Policy; readonly actor: Actor }, field: FieldInfo): boolean {
  return (['view', 'add', 'change'] as const).some((action) => policy.mayField(actor, action, field));
}

/** The text to parse with the field's type; undefined for a value that needs no parsing. */
function textOf(field: FieldInfo, value: unknown): string | undefined {
  if (field.typeName === 'json') return undefined;
  if (field.through !== undefined && Array.isArray(value)) return value.map(numberText).join('\n');
  // In JSON, an empty string is a value; in a form it can only mean that the field is empty.
  if (typeof value === 'string') return value.trim() === '' ? undefined : value;
  const isNumber = typeof value === 'number' || exactDigits(value) !== undefined;
  return isNumber && field.typeName !== 'integer' && field.typeName !== 'identity' ? numberText(value) : undefined;
}

/** A number with all of its digits, without an exponent; any other value as text. */
function numberText(value: unknown): string {
  const digits = exactDigits(value);
  const plain = withPlainNumbers(value);
  return digits === undefined || Number.isSafeInteger(plain) || /[eE]/.test(digits) ? String(plain) : digits;
}
