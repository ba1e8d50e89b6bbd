import type { FragmentSqlToken } from 'slonik';
import type { Actor } from '../actor.ts';
import type { FieldInfo, ModelInfo } from '../model/registry.ts';
import type { Policy } from './types.ts';

/**
 * What one actor may read. The one place of the reading door that asks the policy, so that no query can forget a rule.
 * A class and not a bundle of closures: one is made a request.
 */
export class Reader {
  readonly #policy: Policy;
  readonly #actor: Actor;

  constructor(policy: Policy, actor: Actor) {
    this.#policy = policy;
    this.#actor = actor;
  }

  mayView(model: ModelInfo): boolean {
    return this.#policy.may(this.#actor, 'view', model);
  }

  /** The key is no secret from whoever may see the row: it stands in its address. */
  sees(field: FieldInfo): boolean {
    return this.mayView(field.model) && (field.model.key.includes(field) || this.#permits('view', field));
  }

  /** Which rows, as a condition over the alias `t`; undefined: all. */
  scope(model: ModelInfo): FragmentSqlToken | undefined {
    return this.#policy.rows(this.#actor, 'view', model);
  }

  /** Whether he may choose rows for this relation: he may fill it in, and may know what it can point to. */
  picks(field: FieldInfo): boolean {
    const { target } = field;
    if (target === undefined) return false;
    if (target.pick !== 'everybody' && !this.mayView(target)) return false;
    return (['add', 'change'] as const).some(
      (action) => this.#policy.may(this.#actor, action, field.model) && this.#permits(action, field),
    );
  }

  /** Whether he may look rows up for it: to fill it in, or to narrow a list by it, for which it is enough to read both sides. */
  looksUp(field: FieldInfo): boolean {
    if (field.target === undefined) return false;
    return this.picks(field) || (this.mayView(field.target) && this.sees(field));
  }

  /** Whether he may read what the rows behind a relation are called. */
  knowsTarget(field: FieldInfo): boolean {
    return field.target !== undefined && (this.mayView(field.target) || this.picks(field));
  }

  /** The parts of a row's label that he may read. Of what he may only pick, the whole label: by it he picks. */
  labelParts(model: ModelInfo): readonly FieldInfo[] {
    if (model.pick === 'everybody' && !this.mayView(model)) return model.label;
    return model.label.filter((field) => this.sees(field));
  }

  #permits(action: 'view' | 'add' | 'change', field: FieldInfo): boolean {
    return this.#policy.mayField(this.#actor, action, field);
  }
}
