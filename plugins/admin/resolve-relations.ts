import type { App } from '../../core/app.ts';
import { notFound } from '../../core/errors/http.ts';
import type { Form } from '../../core/form/form.ts';
import type { FieldInfo } from '../../core/model/field-type.ts';
import type { Problem } from '../../core/model/issue.ts';
import type { Option } from '../../core/query/types.ts';
import type { Context } from '../../core/request/context.ts';
import { LinkChanges } from '../../core/write/links.ts';
import { getAdmin } from './admin-registry.ts';
import { isAutoFilled, isInForm } from './form-input.ts';
import { isUntouched, partitionKeys, type ShownValues } from './shown-values.ts';

/** The result of resolving the text in a relation field. */
export interface Selection {
  readonly chosen: readonly Option[];
  /** Rows to choose from if the text is ambiguous. */
  readonly candidates: readonly Option[];
  /** For a manyToMany: the keys of rows that remain selected; they are not looked up again. */
  readonly kept: readonly string[];
}
/** By the field's name. */
export type Selections = ReadonlyMap<string, Selection>;

export interface Resolved {
  readonly selections: Selections;
  /** Keys converted to values for code, by field name. */
  readonly values: ReadonlyMap<string, unknown>;
  readonly problems: readonly Problem[];
}

/** Max number of texts per field. They are looked up one after the other, and users do not type more than this. */
const MAX_TYPED = 20;
const MAX_CANDIDATES = 5;

/**
 * Reads relation fields. With scripts, a combobox sends the key; without, the field contains what the user typed: a key or a
 * label. If exactly one row has this label, it is selected; if several do, or labels only contain the text, the user chooses. The
 * value of a manyToMany is what has changed since the form was shown.
 */
export async function resolveRelations(
  ctx: Context,
  app: App,
  fields: readonly FieldInfo[],
  form: Form,
  shown: ShownValues | undefined,
): Promise<Resolved> {
  const selections = new Map<string, Selection>();
  const values = new Map<string, unknown>();
  const problems: Problem[] = [];
  for (const field of fields) {
    if (!field.target || isUntouched(field, form, shown) || !isInForm(field.name, form)) continue;
    // Leading and trailing blanks may be part of a key; browsers send line breaks in it as CRLF.
    const texts = form
      .all(field.name)
      .filter((text) => text !== '')
      .map((text) => text.replaceAll('\r\n', '\n'));
    const { kept, removed, added } = partitionKeys(texts, shownKeys(field, shown));
    const typed = field.through === undefined ? texts.filter((text) => text.trim() !== '').slice(0, 1) : added;
    const { chosen, candidates, issues } = await lookUp(ctx, app, field, typed);
    selections.set(field.name, { chosen, candidates, kept });
    problems.push(...issues.map((issue) => ({ field: field.name, issue })));
    const keys = chosen.map(({ key }) => keyValue(field, key));
    if (field.through !== undefined) {
      if (shown === undefined) values.set(field.name, keys);
      else if (keys.length > 0 || removed.length > 0) {
        const typedAgain = new Set(chosen.map(({ key }) => key));
        const gone = removed.filter((key) => !typedAgain.has(key)).map((key) => keyValue(field, key));
        values.set(field.name, new LinkChanges(keys, gone));
      }
    } else if (keys.length > 0) values.set(field.name, keys[0]);
    else if (typed.length > 0) continue;
    else if (field.nullable) values.set(field.name, null);
    else if (shown === undefined && isAutoFilled(field)) continue;
    else problems.push({ field: field.name, issue: { key: 'problem.required' } });
  }
  return { selections, values, problems };
}

function shownKeys(field: FieldInfo, shown: ShownValues | undefined): readonly string[] {
  const keys = shown?.get(field.name);
  return typeof keys === 'object' ? keys : [];
}

interface LookedUp extends Omit<Selection, 'kept'> {
  readonly issues: readonly Problem['issue'][];
}

async function lookUp(
  { state: { actor } }: Context,
  app: App,
  field: FieldInfo,
  typed: readonly string[],
): Promise<LookedUp> {
  const chosen: Option[] = [];
  const candidates: Option[] = [];
  const issues: Problem['issue'][] = [];
  // The values of ticked boxes are keys: one statement looks up all of them.
  const labels = typed.length > 1 ? await app.records.labels(actor, field, typed) : new Map<string, string>();
  let lookups = 0;
  for (const text of typed) {
    const label = labels.get(text);
    if (label !== undefined) {
      chosen.push({ key: text, label });
      continue;
    }
    lookups += 1;
    const exact = lookups > MAX_TYPED ? [] : await app.records.resolve(actor, field, text);
    const [only] = exact;
    if (only && exact.length === 1) {
      chosen.push(only);
      continue;
    }
    const similar = exact.length > 0 || lookups > MAX_TYPED ? exact : await similarOptions(app, actor, field, text);
    candidates.push(...similar);
    issues.push(relationIssue(field, text, exact.length, similar.length));
  }
  return { chosen, candidates, issues };
}

async function similarOptions(
  app: App,
  actor: Context['state']['actor'],
  field: FieldInfo,
  text: string,
): Promise<readonly Option[]> {
  return (await app.records.options(actor, field, text, MAX_CANDIDATES)).options;
}

function relationIssue(field: FieldInfo, typed: string, exact: number, similar: number): Problem['issue'] {
  const params = { typed, target: field.target?.title ?? '' };
  if (exact > 0) return { key: 'problem.severalRows', params };
  return { key: similar > 0 ? 'problem.rowsAlike' : 'admin.problem.noSuchRow', params };
}

/** Converts an option's key, as written by the database, to the value used in code. */
function keyValue(field: FieldInfo, key: string): unknown {
  const [holder] = field.target?.key ?? [];
  return holder === undefined ? key : holder.type.decode(key);
}

const MAX_OPTIONS = 20;

/**
 * GET /:model/+options/:field?q=: rows to choose from, as JSON for the combobox. `app.records` restricts them to visible rows.
 */
export async function optionsPage(ctx: Context, app: App): Promise<void> {
  const { model } = getAdmin(ctx, app);
  const field = model.fields.get(ctx.state.params.field ?? '');
  if (!field?.target) throw notFound();
  const words = typeof ctx.query.q === 'string' ? ctx.query.q : '';
  const { options, more } = await app.records.options(ctx.state.actor, field, words, MAX_OPTIONS);
  ctx.body = { options: options.map(({ key, label }) => ({ value: key, label })), more };
}
