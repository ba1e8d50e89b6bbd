import type { FragmentSqlToken } from 'slonik';
import type { Database } from '../database/pool.ts';
import type { Files } from '../files/files.ts';
import type { FieldInfo, ModelInfo } from '../model/field-type.ts';
import { isEditable, type Models } from '../model/field-type.ts';
import type { Actor } from '../policy/actor.ts';
import { type Policy, rowConditionOf } from '../policy/policy.ts';
import type { LabelFormat } from '../query/label-format.ts';
import { Reader } from '../query/reader.ts';
import type { Events } from './events.ts';
import type { OwnedHook } from './hooks.ts';

/** The policy's actions that `app.write` performs. */
export type WriteAction = 'add' | 'change' | 'delete';

/**
 * Where values come from. `code` is trusted: it may set read-only fields and generated keys. `form` is external input, such as a
 * form or an import, and can set only what users may set.
 */
export type Source = 'code' | 'form';

/** What one actor may write. Only this class of `app.write` consults the policy. */
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
   * Whether the actor may set a field. `forbidden`: they may see it but not set it. `unknown`: they must not learn that it exists.
   */
  fieldAccess(action: 'add' | 'change', field: FieldInfo, source: Source): 'allowed' | 'forbidden' | 'unknown' {
    // fault: read-only-fields-set
    const isDisplayOnly = source === 'form' && (field.readOnly || field.typeName === 'identity');
    // fault: field-permission-ignored
    if (field.writable && !isDisplayOnly && this.#policy.mayField(this.#actor, action, field)) return 'allowed';
    return this.reader.sees(field) ? 'forbidden' : 'unknown';
  }

  /** Whether the actor may set a field in new or existing rows. */
  maySet(field: FieldInfo): boolean {
    return (['add', 'change'] as const).some((action) => this.#policy.mayField(this.#actor, action, field));
  }

  /**
   * The rows on which the action is allowed, as a condition on the alias `t`; undefined for all rows. Applies to the old and the
   * new row.
   */
  scope(action: WriteAction, model: ModelInfo): FragmentSqlToken | undefined {
    return rowConditionOf(this.#policy.rows(this.#actor, action, model));
  }

  /**
   * The rows that the actor can see, as a condition like that of `scope`. An actor who cannot view the model at all knows a row
   * only by its key.
   */
  visibleRows(model: ModelInfo): FragmentSqlToken | undefined {
    return this.reader.mayView(model) ? this.reader.scope(model) : undefined;
  }
}

/** Dependencies of the functions behind `app.write`. */
export interface WriteDependencies {
  readonly models: Models;
  readonly policy: Policy;
  readonly events: Events;
  /** How the labels in outcomes are shown. @defaultValue values as PostgreSQL writes them */
  readonly labelFormat?: LabelFormat;
  /** Records denied changes in transactions of their own; without it they are not recorded. */
  readonly database?: Pick<Database, 'transaction'>;
  /** In plugin order. */
  readonly hooks?: readonly OwnedHook[];
  /** Removes the contents of files after the commit. Without it, the clean-up does. */
  readonly files?: Pick<Files, 'discard'>;
}
