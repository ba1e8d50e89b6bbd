import type { App } from '../../core/app.ts';
import type { Context } from '../../core/http/context.ts';
import type { Form } from '../../core/http/form.ts';
import type { FieldInfo } from '../../core/model/registry.ts';
import type { Option } from '../../core/query/types.ts';
import type { Problem } from '../../core/write/types.ts';

/** What the words in a relation field led to. */
export interface Pick {
  readonly found: readonly Option[];
  /** Rows to choose from, where the words left it open. */
  readonly candidates: readonly Option[];
}
/** By the field's name. */
export type Picks = ReadonlyMap<string, Pick>;

export interface Resolved {
  readonly picks: Picks;
  /** Keys as code has them, by the field's name. */
  readonly values: ReadonlyMap<string, unknown>;
  readonly problems: readonly Problem[];
}

/** Words are looked up one after the other; nobody types more of them into one field. */
const MOST_TYPED = 20;
const MOST_CANDIDATES = 5;

/**
 * Reads relation fields. With scripts a combobox sends the key; without, the field holds what somebody typed: the key, or
 * the label. One row that is called so is taken; of several, or of rows whose labels hold these words, he may choose.
 */
export async function resolveRelations(
  ctx: Context,
  app: App,
  fields: readonly FieldInfo[],
  form: Form,
): Promise<Resolved> {
  const picks = new Map<string, Pick>();
  const values = new Map<string, unknown>();
  const problems: Problem[] = [];
  for (const field of fields) {
    if (!field.target || !(form.has(field.name) || form.has(`${field.name}~`))) continue;
    const texts = form.all(field.name).flatMap((text) => (text.trim() === '' ? [] : [text.trim()]));
    const typed = field.kind === 'manyToMany' ? texts : texts.slice(0, 1);
    const { found, candidates, issues } = await lookUp(ctx, app, field, typed);
    picks.set(field.name, { found, candidates });
    problems.push(...issues.map((issue) => ({ field: field.name, issue })));
    const keys = found.map(({ key }) => keyValue(field, key));
    if (field.kind === 'manyToMany') values.set(field.name, keys);
    else if (keys.length > 0) values.set(field.name, keys[0]);
    else if (typed.length > 0) continue;
    else if (field.nullable) values.set(field.name, null);
    else problems.push({ field: field.name, issue: { key: 'problem.required' } });
  }
  return { picks, values, problems };
}

interface LookedUp extends Pick {
  readonly issues: readonly Problem['issue'][];
}

async function lookUp(
  { state: { actor } }: Context,
  app: App,
  field: FieldInfo,
  typed: readonly string[],
): Promise<LookedUp> {
  const found: Option[] = [];
  const candidates: Option[] = [];
  const issues: Problem['issue'][] = [];
  // Ticked boxes are keys: all of them cost one statement.
  const known = typed.length > 1 ? await app.records.labels(actor, field, typed) : new Map<string, string>();
  let asked = 0;
  for (const text of typed) {
    const label = known.get(text);
    if (label !== undefined) {
      found.push({ key: text, label });
      continue;
    }
    asked += 1;
    const exact = asked > MOST_TYPED ? [] : await app.records.resolve(actor, field, text);
    const [only] = exact;
    if (only && exact.length === 1) {
      found.push(only);
      continue;
    }
    const like = exact.length > 0 || asked > MOST_TYPED ? exact : await alike(app, actor, field, text);
    candidates.push(...like);
    issues.push(issueOf(field, text, exact.length, like.length));
  }
  return { found, candidates, issues };
}

async function alike(
  app: App,
  actor: Context['state']['actor'],
  field: FieldInfo,
  text: string,
): Promise<readonly Option[]> {
  return (await app.records.options(actor, field, text, MOST_CANDIDATES)).options;
}

function issueOf(field: FieldInfo, typed: string, exact: number, like: number): Problem['issue'] {
  const params = { typed, target: field.target?.title ?? '' };
  if (exact > 0) return { key: 'problem.severalRows', params };
  return { key: like > 0 ? 'problem.rowsAlike' : 'admin.problem.noSuchRow', params };
}

/** An option's key, which the database has written, as the value that code has for it. */
function keyValue(field: FieldInfo, key: string): unknown {
  const [holder] = field.target?.key ?? [];
  return holder === undefined ? key : holder.spec.decode(key);
}
