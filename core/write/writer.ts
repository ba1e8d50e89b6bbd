import type { FragmentSqlToken } from 'slonik';
import type { Actor } from '../actor.ts';
import { type FieldInfo, isEditable, type ModelInfo } from '../model/registry.ts';
import { Reader } from '../query/reader.ts';
import type { Policy } from '../query/types.ts';

/** What may be done to rows by this door; reading is the other one's. */
export type Change = 'add' | 'change' | 'delete';

/**
 * Who gives the values. `code` knows what it does: it may set what forms only show (`readOnly`) and a generated key.
 * `form` is anything that comes from outside, a form or an import: it sets what a person is meant to set.
 */
export type Source = 'code' | 'form';

/** What one actor may write. The one place of the writing door that asks the policy. */
export class Writer {
  readonly reads: Reader;
  readonly #policy: Policy;
  readonly #actor: Actor;

  constructor(policy: Policy, actor: Actor) {
    this.reads = new Reader(policy, actor);
    this.#policy = policy;
    this.#actor = actor;
  }

  may(change: Change, model: ModelInfo): boolean {
    const isOpen = change === 'change' ? isEditable(model) : !model.readOnly;
    return isOpen && this.#policy.may(this.#actor, change, model);
  }

  /** `forbidden`: he sees the field and may not set it. `unknown`: he may not even know of it. */
  sets(change: 'add' | 'change', field: FieldInfo, source: Source): 'yes' | 'forbidden' | 'unknown' {
    const shownOnly = source === 'form' && (field.readOnly || field.kind === 'identity');
    if (field.writable && !shownOnly && this.#policy.mayField(this.#actor, change, field)) return 'yes';
    return this.reads.sees(field) ? 'forbidden' : 'unknown';
  }

  /** Which rows, as a condition over the alias `t`; undefined: all. Holds for the old row and for the new one. */
  scope(change: Change, model: ModelInfo): FragmentSqlToken | undefined {
    return this.#policy.rows(this.#actor, change, model);
  }

  /** Which rows exist to him. Who may not view the model at all knows a row by its key alone. */
  seen(model: ModelInfo): FragmentSqlToken | undefined {
    return this.reads.mayView(model) ? this.reads.scope(model) : undefined;
  }
}
