import { type FragmentSqlToken, sql } from 'slonik';
import type { Actor } from './actor.ts';
import type { ExtensionName } from './model/extend-model.ts';
import type { AnyModel } from './model/model.ts';
import type { FieldInfo, ModelInfo } from './model/registry.ts';
import type { Action, Policy } from './query/types.ts';

/**
 * What one plugin (or the project) decides about who may do what. Every method is optional, and parts are combined:
 *
 * - `holds` and `may`: at least one part says `true` and none says `false`. `undefined` is no opinion.
 * - `mayField`: no part says `false`.
 * - `rows`: all conditions are joined by AND.
 *
 * Anything but `true` and `undefined` counts as `false`. Of a token with an owner, each part is asked about both, so that a rule
 * about people applies to their tokens as well: a token never has more rights than its owner.
 *
 * @example
 * // Tenants see their own rows of every model that has a tenant.
 * const part: PolicyPart = {
 *   rows: (actor, action, model) =>
 *     model.fields.has('tenant') ? sql.fragment`t.tenant_id = ${tenantOf(actor)}` : undefined,
 * };
 */
export interface PolicyPart {
  /** Whether the actor has a permission, by its full name: `audit.view`. */
  holds?(actor: Actor, permission: string): boolean | undefined;
  /** Whether the actor may do this to rows of the model. */
  may?(actor: Actor, action: Action, model: ModelInfo): boolean | undefined;
  /** Whether the actor may see (`view`) or set (`add`, `change`) this field. */
  mayField?(actor: Actor, action: Action, field: FieldInfo): boolean | undefined;
  /** The rows that the actor may act on, as a condition over the alias `t`; `undefined` for all of them. */
  rows?(actor: Actor, action: Action, model: ModelInfo): FragmentSqlToken | undefined;
}

/** Combines parts into the one policy that data access applies. */
export function combinePolicies(parts: readonly PolicyPart[]): Policy {
  const mays = parts.filter((part) => part.may !== undefined);
  const holders = parts.filter((part) => part.holds !== undefined);
  const fields = parts.filter((part) => part.mayField !== undefined);
  const rows = parts.filter((part) => part.rows !== undefined);
  return withOwners({
    holds: (actor, permission) => agreed(holders, (part) => part.holds?.(actor, permission)),
    may: (actor, action, model) => agreed(mays, (part) => part.may?.(actor, action, model)),
    mayField: (actor, action, field) => fields.every((part) => isOpen(part.mayField?.(actor, action, field))),
    rows: (actor, action, model) => allOf(rows.flatMap((part) => part.rows?.(actor, action, model) ?? [])),
  });
}

/** Asks about the owner of a token as well: parts that are about people say nothing about their tokens. */
function withOwners(policy: Policy): Policy {
  // Called hundreds of times per page, so it allocates nothing for actors without an owner.
  const ownerOf = (actor: Actor): Actor | undefined => (actor.kind === 'token' ? actor.onBehalfOf : undefined);
  const both = (actor: Actor, ask: (each: Actor) => boolean): boolean => {
    const owner = ownerOf(actor);
    return ask(actor) && (owner === undefined || ask(owner));
  };
  return {
    holds: (actor, permission) => both(actor, (each) => policy.holds(each, permission)),
    may: (actor, action, model) => both(actor, (each) => policy.may(each, action, model)),
    mayField: (actor, action, field) => both(actor, (each) => policy.mayField(each, action, field)),
    rows(actor, action, model) {
      const owner = ownerOf(actor);
      const own = policy.rows(actor, action, model);
      const owners = owner && policy.rows(owner, action, model);
      return own && owners ? allOf([own, owners]) : (own ?? owners);
    },
  };
}

/** A promise, or what plain JavaScript leaves out by mistake, opens nothing. */
function isOpen(answer: unknown): boolean {
  return answer === undefined || answer === true;
}

function allOf(conditions: readonly FragmentSqlToken[]): FragmentSqlToken | undefined {
  const [only, ...more] = conditions;
  if (only === undefined || more.length === 0) return only;
  const all = sql.join(
    conditions.map((condition) => sql.fragment`(${condition})`),
    sql.fragment` and `,
  );
  return sql.fragment`${all}`;
}

/** Whether the actor holds every permission that exists, as administrators do. */
export function holdsEverything(
  { policy, permissions }: { readonly policy: Policy; readonly permissions: readonly string[] },
  actor: Actor,
): boolean {
  return permissions.every((permission) => policy.holds(actor, permission));
}

/** Closed by default: nobody's opinion is a no. */
function agreed(parts: readonly PolicyPart[], ask: (part: PolicyPart) => boolean | undefined): boolean {
  let allowed = false;
  for (const part of parts) {
    const answer = ask(part);
    if (!isOpen(answer)) return false;
    if (answer === true) allowed = true;
  }
  return allowed;
}

/** Rules that a project's config adds for one model; see `defineRules`. */
export interface ModelRules {
  readonly model: AnyModel;
  readonly rows?: ((actor: Actor, action: Action) => FragmentSqlToken | undefined) | undefined;
  readonly fields?: Readonly<Record<string, ((actor: Actor, action: Action) => boolean) | undefined>> | undefined;
}

/**
 * Restricts rows and fields of one model, beside what permissions say. Rules only take away: a person still needs the
 * permission for the model.
 *
 * `rows` is a condition over the alias `t`, or `undefined` for all rows. `fields` has a function for each field that decides who may
 * see it (`view`) or set it (`add`, `change`); anything but `true` closes it.
 *
 * @example
 * defineConfig({
 *   rules: [
 *     defineRules(Order, {
 *       rows: (actor) => (actor.kind === 'person' && actor.role === 'staff' ? sql.fragment`t.owner_id = ${actor.id}` : undefined),
 *       fields: { margin: (actor) => actor.kind === 'person' && actor.role !== 'staff' },
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
      allOf((byModel.get(model.model) ?? []).flatMap(({ rows }) => rows?.(actor, action) ?? [])),
  };
}
