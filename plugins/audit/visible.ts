import type { App } from '../../core/app.ts';
import { currentScope } from '../../core/database/scope.ts';
import type { FieldInfo, ModelInfo } from '../../core/model/field-type.ts';
import type { Actor } from '../../core/policy/actor.ts';
import { ALL_ROWS, holdsEverything } from '../../core/policy/policy.ts';
import type { Subject } from '../../core/write/events.ts';
import type { Snapshot } from '../../core/write/types.ts';
import type { Entry } from './entries.ts';

/** The change of one field. `undefined` means no value: the row was created or deleted. */
export interface Change {
  readonly name: string;
  /** Undefined for anything that is not a field of the model: an account's groups, a removed field. */
  readonly field: FieldInfo | undefined;
  readonly before: unknown;
  readonly after: unknown;
}

type Reader = Pick<App, 'models' | 'policy' | 'permissions'>;

/**
 * Whether the user can see every row of the model: only then does the audit trail show entries of rows that no longer exist. In a
 * request scope, row-level security may hide rows that the policy does not know of, and all scopes share one audit trail.
 */
export function seesEveryRow({ policy }: Pick<App, 'policy'>, actor: Actor, model: ModelInfo): boolean {
  // fault: audit-trail-ignores-scope
  return (
    currentScope() === undefined && policy.may(actor, 'view', model) && policy.rows(actor, 'view', model) === ALL_ROWS
  );
}

/**
 * The model of an entry, if the user can view all of its rows. If users can see only some rows, the trail cannot determine
 * whether a row was among them, so it shows none.
 */
export function visibleModel(app: Pick<App, 'models' | 'policy'>, actor: Actor, entry: Entry): ModelInfo | undefined {
  const model = entry.subject === null ? undefined : app.models.byName(entry.subject.model);
  return model && seesEveryRow(app, actor, model) ? model : undefined;
}

/**
 * The changes of an entry, limited to fields of the model that the user can see. Policies do not cover values that are not (or no
 * longer) fields, so only users with all permissions see those.
 */
export function visibleChanges(reader: Reader, actor: Actor, model: ModelInfo, entry: Entry): readonly Change[] {
  const names = new Set([...Object.keys(entry.before ?? {}), ...Object.keys(entry.after ?? {})]);
  return [...names].flatMap((name) => {
    const field = model.fields.get(name);
    const seen = field === undefined ? holdsEverything(reader, actor) : reader.policy.mayField(actor, 'view', field);
    return seen ? [{ name, field, before: entry.before?.[name], after: entry.after?.[name] }] : [];
  });
}

/** The data of an entry, or null if it is hidden: that of a plugin's event may hold values of the record. */
export function visibleData(reader: Reader, actor: Actor, model: ModelInfo | undefined, entry: Entry): Snapshot | null {
  // fault: data-of-hidden-record
  const isVisible = entry.subject === null || model !== undefined || holdsEverything(reader, actor);
  return isVisible ? entry.data : null;
}

/**
 * The label of an entry's record, or only its key if the label contains what is hidden from the user: a field, or the label of another
 * row.
 */
export function visibleLabel(app: Pick<Reader, 'policy'>, actor: Actor, model: ModelInfo, subject: Subject): string {
  const { policy } = app;
  const isVisible = (field: FieldInfo): boolean => policy.mayField(actor, 'view', field);
  // fault: label-of-hidden-row-in-trail
  const isReferenceVisible = ({ target }: FieldInfo): boolean =>
    target === undefined || (seesEveryRow(app, actor, target) && target.label.every(isVisible));
  return model.label.every((field) => isVisible(field) && isReferenceVisible(field)) ? subject.label : subject.key;
}
