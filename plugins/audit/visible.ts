import type { Actor } from '../../core/actor.ts';
import type { App } from '../../core/app.ts';
import { currentScope } from '../../core/database/scope.ts';
import type { Subject } from '../../core/events.ts';
import type { FieldInfo, ModelInfo } from '../../core/model/registry.ts';
import { holdsEverything } from '../../core/policy.ts';
import type { Entry } from './entries.ts';

/** What happened to one field. `undefined`: it had, or has, none; the row was created or deleted. */
export interface Change {
  readonly name: string;
  /** Missing for what is no field of the model: an account's groups, a field that is gone. */
  readonly field: FieldInfo | undefined;
  readonly before: unknown;
  readonly after: unknown;
}

type Reader = Pick<App, 'models' | 'policy' | 'permissions'>;

/**
 * Whether the reader may see every row of the model: only then does the trail show entries of rows that nobody can look at any
 * more. In a request scope PostgreSQL may hide rows that the policy knows nothing of (row-level security), and the trail is one for
 * all scopes.
 */
export function seesEveryRow({ policy }: Pick<App, 'policy'>, actor: Actor, model: ModelInfo): boolean {
  return (
    currentScope() === undefined && policy.may(actor, 'view', model) && policy.rows(actor, 'view', model) === undefined
  );
}

/**
 * The model of an entry, when the reader may view all of its rows. Where only some rows are his, the trail cannot tell which
 * ones they were, so it shows him none.
 */
export function visibleModel(app: Pick<App, 'models' | 'policy'>, actor: Actor, entry: Entry): ModelInfo | undefined {
  const model = entry.subject === null ? undefined : app.models.byName(entry.subject.model);
  return model && seesEveryRow(app, actor, model) ? model : undefined;
}

/**
 * The changes of an entry about a record of this model, as far as the reader may see its fields. What is no field of the
 * model (any more) is known to no policy, so only those see it who hold every permission.
 */
export function visibleChanges(reader: Reader, actor: Actor, model: ModelInfo, entry: Entry): readonly Change[] {
  const names = new Set([...Object.keys(entry.before ?? {}), ...Object.keys(entry.after ?? {})]);
  return [...names].flatMap((name) => {
    const field = model.fields.get(name);
    const seen = field === undefined ? holdsEverything(reader, actor) : reader.policy.mayField(actor, 'view', field);
    return seen ? [{ name, field, before: entry.before?.[name], after: entry.after?.[name] }] : [];
  });
}

/** What the record of an entry is called; its key alone, where the name is made of fields that the reader may not see. */
export function visibleLabel(
  { policy }: Pick<Reader, 'policy'>,
  actor: Actor,
  model: ModelInfo,
  subject: Subject,
): string {
  return model.label.every((field) => policy.mayField(actor, 'view', field)) ? subject.label : subject.key;
}
