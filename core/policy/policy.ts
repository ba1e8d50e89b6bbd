import { type FragmentSqlToken, sql } from 'slonik';
import type { ExtensionName } from '../model/extend-model.ts';
import type { FieldInfo, ModelInfo } from '../model/field-type.ts';
import type { AnyModel } from '../model/model.ts';
import type { Actor } from './actor.ts';

/** An action on rows of a model. */
export type Action = 'view' | 'add' | 'change' | 'delete';

export const ACTIONS: readonly Action[] = ['view', 'add', 'change', 'delete'];

/** The permissions of a model, one per action: `strike.view`. */
export function modelPermissions(model: string): readonly string[] {
  return ACTIONS.map((action) => `${model}.${action}`);
}

/**
 * Returned by a row rule that does not restrict. It must be returned explicitly, so that a rule without a return statement hides
 * every row rather than showing all of them.
 */
export const ALL_ROWS: AllRows = Object.freeze({ rows: 'all' });

/** The type of `ALL_ROWS`. No other value of this type is accepted. */
export interface AllRows {
  readonly rows: 'all';
}

/** Which rows of a model an actor can act on: a condition on the alias `t`, or all of them. */
export type RowRule = FragmentSqlToken | AllRows;

/** The combined policy of all plugins and of the project: see `combinePolicies`. Closed by default. */
export interface Policy {
  /** Whether the actor has a permission, by its full name: `audit.view`. */
  holds(actor: Actor, permission: string): boolean;
  /** Whether the actor is allowed to do this to rows of the model. */
  may(actor: Actor, action: Action, model: ModelInfo): boolean;
  /**
   * Whether the actor is allowed to see (view) or set (add, change) this field. Lists cannot be filtered, sorted or searched by
   * a field that the actor is not allowed to see.
   */
  mayField(actor: Actor, action: Action, field: FieldInfo): boolean;
  /** The rows that the actor can act on. */
  rows(actor: Actor, action: Action, model: ModelInfo): RowRule;
}

/**
 * What one plugin (or the project) decides about access. Every method is optional, and parts are combined:
 *
 * - `holds` and `may`: at least one part returns `true` and none returns `false`. `undefined` does not decide.
 * - `mayField`: no part returns `false`.
 * - `rows`: all conditions are joined by AND; `ALL_ROWS` does not restrict.
 *
 * Any result other than `true` and `undefined` counts as `false`; any result of `rows` other than a condition and `ALL_ROWS` allows
 * no rows. For a token with an owner, each part is called for the token and for the owner, so that rules about users also apply to
 * their tokens: a token never has more permissions than its owner.
 *
 * @example
 * // Tenants see their own rows of every model that has a tenant.
 * const part: PolicyPart = {
 *   rows: (actor, action, model) =>
 *     model.fields.has('tenant') ? sql.fragment`t.tenant_id = ${tenantOf(actor)}` : ALL_ROWS,
 * };
 */
export interface PolicyPart {
  /** Whether the actor has a permission, by its full name: `audit.view`. */
  holds?(actor: Actor, permission: string): boolean | undefined;
  /** Whether the actor is allowed to do this to rows of the model. */
  may?(actor: Actor, action: Action, model: ModelInfo): boolean | undefined;
  /** Whether the actor is allowed to see (`view`) or set (`add`, `change`) this field. */
  mayField?(actor: Actor, action: Action, field: FieldInfo): boolean | undefined;
  /** The rows that the actor can act on: a condition over the alias `t`, or `ALL_ROWS`. */
  rows?(actor: Actor, action: Action, model: ModelInfo): RowRule;
}

/**
 * Combines parts into the policy that data access applies. A page calls `holds`, `may` and `mayField` hundreds of times, so these
 * create no closures.
 */
export function combinePolicies(parts: readonly PolicyPart[]): Policy {
  const mayParts = parts.filter((part) => part.may !== undefined);
  const holdsParts = parts.filter((part) => part.holds !== undefined);
  const fieldParts = parts.filter((part) => part.mayField !== undefined);
  const rowParts = parts.filter((part) => part.rows !== undefined);
  /** Permissions on a manyToMany are those on its link rows. `app.write` checks each changed link row itself. */
  const mayChangeLinks = (actor: Actor, action: Action, model: ModelInfo): boolean =>
    isAllowedBy(mayParts, mayOf, actor, 'add', model) ||
    (action === 'change' && isAllowedBy(mayParts, mayOf, actor, 'delete', model));
  return withOwners({
    holds: (actor, permission) => isAllowedBy(holdsParts, holdsOf, actor, permission, undefined),
    may: (actor, action, model) => isAllowedBy(mayParts, mayOf, actor, action, model),
    mayField(actor, action, field) {
      if (action !== 'view' && field.through !== undefined && !mayChangeLinks(actor, action, field.through.model))
        return false;
      for (const part of fieldParts) if (!allows(part.mayField?.(actor, action, field))) return false;
      return true;
    },
    rows: (actor, action, model) =>
      rowParts.length === 0 ? ALL_ROWS : joinRules(rowParts.map((part) => part.rows?.(actor, action, model))),
  });
}

const holdsOf = (part: PolicyPart, actor: Actor, permission: string) => part.holds?.(actor, permission);
const mayOf = (part: PolicyPart, actor: Actor, action: Action, model: ModelInfo) => part.may?.(actor, action, model);

/** Also checks the owner of a token, since parts about users do not match their tokens. */
function withOwners({ holds, may, mayField, rows }: Policy): Policy {
  // fault: token-exceeds-owner
  const ownerOf = (actor: Actor): Actor | undefined => (actor.kind === 'token' ? actor.onBehalfOf : undefined);
  return {
    holds(actor, permission) {
      const owner = ownerOf(actor);
      return holds(actor, permission) && (owner === undefined || holds(owner, permission));
    },
    may(actor, action, model) {
      const owner = ownerOf(actor);
      return may(actor, action, model) && (owner === undefined || may(owner, action, model));
    },
    mayField(actor, action, field) {
      const owner = ownerOf(actor);
      return mayField(actor, action, field) && (owner === undefined || mayField(owner, action, field));
    },
    rows(actor, action, model) {
      const owner = ownerOf(actor);
      const forActor = rows(actor, action, model);
      return owner === undefined ? forActor : joinRules([forActor, rows(owner, action, model)]);
    },
  };
}

/** Whether a part's result allows: `undefined` does not restrict, and anything else but `true`, such as a promise, denies. */
function allows(answer: unknown): boolean {
  return answer === undefined || answer === true;
}

/** The rows that all rules allow. An invalid result, such as `undefined` or a promise, allows none. */
function joinRules(rules: readonly unknown[]): RowRule {
  // fault: row-rule-open-by-default
  if (!rules.every((rule) => rule === ALL_ROWS || isCondition(rule))) return NO_ROWS;
  const conditions = rules.filter(isCondition);
  const [only, ...more] = conditions;
  if (only === undefined) return ALL_ROWS;
  if (more.length === 0) return only;
  const joined = sql.join(
    conditions.map((condition) => sql.fragment`(${condition})`),
    sql.fragment` and `,
  );
  return sql.fragment`${joined}`;
}

const NO_ROWS = sql.fragment`false`;

function isCondition(rule: unknown): rule is FragmentSqlToken {
  return typeof rule === 'object' && rule !== null && 'type' in rule && rule.type === NO_ROWS.type;
}

/**
 * A rule as a condition for WHERE on the alias `t`; undefined if no condition is needed.
 *
 * @example
 * const condition = rowConditionOf(policy.rows(actor, 'view', model));
 */
export function rowConditionOf(rule: RowRule): FragmentSqlToken | undefined {
  const joined = joinRules([rule]);
  return isCondition(joined) ? joined : undefined;
}

/** Whether the actor holds every permission that exists, as administrators do. */
export function holdsEverything(
  { policy, permissions }: { readonly policy: Policy; readonly permissions: readonly string[] },
  actor: Actor,
): boolean {
  return permissions.every((permission) => policy.holds(actor, permission));
}

/** Closed by default: if no part returns `true`, access is denied. */
function isAllowedBy<What, Model>(
  parts: readonly PolicyPart[],
  answerOf: (part: PolicyPart, actor: Actor, what: What, model: Model) => boolean | undefined,
  actor: Actor,
  what: What,
  model: Model,
): boolean {
  let allowed = false;
  for (const part of parts) {
    const answer = answerOf(part, actor, what, model);
    // fault: policy-denial-ignored
    if (!allows(answer)) return false;
    if (answer === true) allowed = true;
  }
  return allowed;
}

/** The rules of a project for one model; see `defineRules`. */
export interface ModelRules {
  readonly model: AnyModel;
  readonly rows?: ((actor: Actor, action: Action) => RowRule) | undefined;
  readonly fields?: Readonly<Record<string, ((actor: Actor, action: Action) => boolean) | undefined>> | undefined;
}

/**
 * Restricts rows and fields of one model, in addition to permissions. Rules only restrict: users still need the permission for
 * the model.
 *
 * `rows` is a condition over the alias `t`, or `ALL_ROWS`; anything else hides every row. `fields` has a function per field that
 * decides whether the actor can see it (`view`) or set it (`add`, `change`); any result but `true` denies access.
 *
 * @example
 * defineConfig({
 *   rules: [
 *     defineRules(Order, {
 *       rows: (actor) => (actor.kind === 'user' && actor.role === 'staff' ? sql.fragment`t.owner_id = ${actor.id}` : ALL_ROWS),
 *       fields: { margin: (actor) => actor.kind === 'user' && actor.role !== 'staff' },
 *     }),
 *   ],
 * });
 */
export function defineRules<M extends AnyModel>(
  model: M,
  rules: {
    readonly rows?: ModelRules['rows'];
    readonly fields?:
      | { readonly [F in (keyof M['fields'] & string) | ExtensionName<M>]?: (actor: Actor, action: Action) => boolean }
      | undefined;
  },
): ModelRules {
  return { model, ...rules };
}

/** The rules of a config as one part of the policy. Several rules for one model all apply. */
export function rulesPolicy(rules: readonly ModelRules[]): PolicyPart {
  if (rules.length === 0) return {};
  const byModel = Map.groupBy(rules, ({ model }) => model);
  return {
    mayField(actor, action, field) {
      const rules = byModel.get(field.model.model)?.flatMap(({ fields }) => fields?.[field.name] ?? []);
      return rules?.every((rule) => rule(actor, action) === true) === false ? false : undefined;
    },
    rows: (actor, action, model) =>
      joinRules(
        (byModel.get(model.model) ?? []).map(({ rows }) => (rows === undefined ? ALL_ROWS : rows(actor, action))),
      ),
  };
}
