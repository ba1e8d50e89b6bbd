import { type AnyModel, definePlugin, type PolicyPart, sql } from 'rustio-admin/plugin';

interface Rules {
  /** The model whose rows belong to people, and its column with the owner's e-mail address. */
  readonly model: AnyModel;
  readonly ownerColumn: string;
  /** Fields that only supervisors and above may see. */
  readonly confidential: readonly string[];
  /** Fields that only supervisors and above may change; everyone who sees the row sees them. */
  readonly locked: readonly string[];
}

const SENIOR = new Set(['supervisor', 'administrator', 'developer']);

/** Field and row rules on somebody else's model: staff see their own rows without the confidential fields. */
export function fieldRules({ model, ownerColumn, confidential, locked }: Rules) {
  const policy: PolicyPart = {
    mayField(actor, action, field) {
      if (field.model.model !== model || actor.kind !== 'person' || SENIOR.has(actor.role)) return undefined;
      if (confidential.includes(field.name)) return false;
      return action === 'view' || !locked.includes(field.name);
    },
    rows(actor, _action, info) {
      if (info.model !== model || actor.kind !== 'person' || SENIOR.has(actor.role)) return undefined;
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
