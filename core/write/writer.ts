import type { FragmentSqlToken } from 'slonik';
import type { Database } from '../database/pool.ts';
import type { Files } from '../files/files.ts';
import type { FieldInfo, ModelInfo } from '../model/field-type.ts';
import { isEditable, type Models } from '../model/field-type.ts';
import type { Actor } from '../policy/actor.ts';
import { type Policy, rowConditionOf } from '../policy/policy.ts';
import { Reader } from '../query/reader.ts';
import type { Events } from './events.ts';
import type { OwnedHook } from './hooks.ts';

/** What `app.write` does with a row, as the policy names it. */
export type WriteAction = 'add' | 'change' | 'delete';

/**
 * Where the values come from. `code` is trusted: it may set what forms only show (`readOnly`) and a generated key. `form` is
 * anything from outside, a form or an import: it sets only what users may set.
 */
export type Source = 'code' | 'form';

/** What one actor may write. The only code of `app.write` that consults the policy. */
export class Writer {
  readonly reader: Reader;
  readonly #policy: Policy;
  readonly #actor: Actor;

  constructor(policy: Policy, actor: Actor) {
    this.reader = new Reader(policy, actor);
    this.#policy = policy;
    this.#actor = actor;
  }

  may(action: WriteAction, model: ModelInfo): boolean {
    const isOpen = action === 'change' ? isEditable(model) : !model.readOnly;
    return isOpen && this.#policy.may(this.#actor, action, model);
  }

  /**
   * Whether they may set a field. `forbidden`: they see it but may not set it. `unknown`: they may not even know that it exists.
   */
  fieldAccess(action: 'add' | 'change', field: FieldInfo, source: Source): 'allowed' | 'forbidden' | 'unknown' {
    // fault: read-only-fields-set
    const isDisplayOnly = source === 'form' && (field.readOnly || field.typeName === 'identity');
    // fault: field-permission-ignored
    if (field.writable && !isDisplayOnly && this.#policy.mayField(this.#actor, action, field)) return 'allowed';
    return this.reader.sees(field) ? 'forbidden' : 'unknown';
  }

  /** Whether they may set a field, of new rows or of existing ones. */
  maySet(field: FieldInfo): boolean {
    return (['add', 'change'] as const).some((action) => this.#policy.mayField(this.#actor, action, field));
  }

  /**
   * The rows that the action is allowed on, as a condition on the alias `t`; undefined: all. Applies to the old row and to the
   * new one.
   */
  scope(action: WriteAction, model: ModelInfo): FragmentSqlToken | undefined {
    return rowConditionOf(this.#policy.rows(this.#actor, action, model));
  }

  /** The rows that are visible to them, likewise. An actor who cannot view the model at all knows a row by its key alone. */
  visibleRows(model: ModelInfo): FragmentSqlToken | undefined {
    return this.reader.mayView(model) ? this.reader.scope(model) : undefined;
  }
}

/** Dependencies of the functions behind `app.write`. */
export interface WriteDependencies {
  readonly models: Models;
  readonly policy: Policy;
  readonly events: Events;
  /** Records denied changes in transactions of their own; without it they are not recorded. */
  readonly database?: Pick<Database, 'transaction'>;
  /** In the order of their plugins. */
  readonly hooks?: readonly OwnedHook[];
  /** Removes contents of files after the commit; without it the clean-up does. */
  readonly files?: Pick<Files, 'discard'>;
}
