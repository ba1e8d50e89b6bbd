import type { FragmentSqlToken } from 'slonik';
import { currentScope } from '../database/scope.ts';
import type { FieldInfo, ModelInfo } from '../model/field-type.ts';
import type { Actor } from '../policy/actor.ts';
import { type Policy, rowConditionOf } from '../policy/policy.ts';
import { type LabelFormat, PLAIN_LABEL_FORMAT } from './label-format.ts';
import { isReadable } from './table-facts.ts';

/**
 * What one actor may read. Only this class of `app.records` consults the policy, so that no query can omit a rule. A class rather
 * than closures, because an instance is created per request.
 */
export class Reader {
  /** How labels are shown. */
  readonly labelFormat: LabelFormat;
  readonly #policy: Policy;
  readonly #actor: Actor;
  /** The last model checked and the result. Cached because the fields of a model are checked one after another. */
  #model: ModelInfo | undefined;
  #mayViewModel = false;
  #showsLabels = true;

  constructor(policy: Policy, actor: Actor, labelFormat = PLAIN_LABEL_FORMAT) {
    this.#policy = policy;
    this.#actor = actor;
    this.labelFormat = labelFormat;
  }

  /** The same reader, but relations show keys: for when the rows that they reference cannot be read. */
  withoutLabels(): Reader {
    const reader = new Reader(this.#policy, this.#actor, this.labelFormat);
    reader.#showsLabels = false;
    return reader;
  }

  mayView(model: ModelInfo): boolean {
    if (model !== this.#model) {
      this.#mayViewModel = this.#policy.may(this.#actor, 'view', model);
      this.#model = model;
    }
    return this.#mayViewModel;
  }

  /**
   * Whether the actor may see a field. A key is visible to everyone who may see the row, since it is in the row's URL. Link rows in a
   * table that the application's role may not read are hidden, so that reading the record does not fail.
   */
  sees(field: FieldInfo): boolean {
    // fault: unreadable-links
    if (field.through !== undefined && !isReadable(field.through.model)) return false;
    // fault: hidden-fields-visible
    return this.mayView(field.model) && (field.model.key.includes(field) || this.#permits('view', field));
  }

  /** The rows that the actor may see, as a condition on the alias `t`; undefined for all rows. */
  scope(model: ModelInfo): FragmentSqlToken | undefined {
    return rowConditionOf(this.#policy.rows(this.#actor, 'view', model));
  }

  /**
   * Whether the actor can see every row of the model. In a request scope, row-level security may hide rows without the policy
   * knowing.
   */
  seesEveryRow(model: ModelInfo): boolean {
    // fault: row-level-security-unknown
    return currentScope() === undefined && this.scope(model) === undefined;
  }

  /** Whether the actor may select rows for this relation: they may set the field, and see or select from the target model. */
  canSelect(field: FieldInfo): boolean {
    const { target } = field;
    if (target === undefined) return false;
    if (target.selectableBy !== 'everyone' && !this.mayView(target)) return false;
    return (['add', 'change'] as const).some(
      (action) => this.#policy.may(this.#actor, action, field.model) && this.#permits(action, field),
    );
  }

  /**
   * Whether the actor may look up rows for this relation, either to set the field or to filter a list by it, which only requires
   * permission to view both models.
   */
  canLookUp(field: FieldInfo): boolean {
    if (field.target === undefined || !isReadable(field.target)) return false;
    return this.canSelect(field) || (this.mayView(field.target) && this.sees(field));
  }

  /** Whether the actor may see the labels of the rows that a relation references. */
  canReadLabels(field: FieldInfo): boolean {
    const { target } = field;
    if (!this.#showsLabels) return false;
    // Without the database privilege, lists show keys instead of failing.
    return target !== undefined && isReadable(target) && (this.mayView(target) || this.canSelect(field));
  }

  /**
   * The parts of a row's label that the actor may read. For models that they may only select from, this is the whole label, which
   * the selection requires.
   */
  labelParts(model: ModelInfo): readonly FieldInfo[] {
    if (model.selectableBy === 'everyone' && !this.mayView(model)) return model.label;
    return model.label.filter((field) => this.sees(field));
  }

  #permits(action: 'view' | 'add' | 'change', field: FieldInfo): boolean {
    return this.#policy.mayField(this.#actor, action, field);
  }
}
