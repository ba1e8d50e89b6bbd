import { ALL_ROWS, type AnyModel, definePlugin, type PolicyPart, sql } from 'rustio-admin/plugin';

interface Rules {
  /** The model whose rows belong to people, and its column with the owner's email address. */
  readonly model: AnyModel;
  readonly ownerColumn: string;
  /** Fields that only supervisors and above can see. */
  readonly confidential: readonly string[];
  /** Fields that only supervisors and above can change; all users who see the row see them. */
  readonly locked: readonly string[];
}

const SENIOR = new Set(['supervisor', 'administrator', 'developer']);

/** Field and row rules for the model of another plugin: staff see their own rows without the confidential fields. */
export function fieldRules({ model, ownerColumn, confidential, locked }: Rules) {
  const policy: PolicyPart = {
    mayField(actor, action, field) {
      if (field.model.model !== model || actor.kind !== 'user' || SENIOR.has(actor.role)) return undefined;
      if (confidential.includes(field.name)) return false;
      return action === 'view' || !locked.includes(field.name);
    },
    rows(actor, _action, info) {
      if (info.model !== model || actor.kind !== 'user' || SENIOR.has(actor.role)) return ALL_ROWS;
      return sql.fragment`${sql.identifier(['t', ownerColumn])} = ${actor.name}`;
    },
  };
  return definePlugin({
    name: 'field-rules',
    api: 1,
    description: 'Staff work on their own rows.',
    requires: ['auth'],
    policies: () => [policy],
  });
}
