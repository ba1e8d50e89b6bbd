import { ifTableExists, type RenamedModelSql } from '../../core/migrate/renamed-model.ts';
import { quoteLiteral } from '../../core/sql/quote.ts';

/** Renames the permissions of groups and users when a model is renamed. */
export const renamedModel: RenamedModelSql = {
  name: 'permissions',
  sql: ({ from, to, verbs }) =>
    verbs.length === 0
      ? []
      : [
          renamePermissionsSql('rustio_group_permission', 'group_id', { from, to, verbs }),
          renamePermissionsSql('rustio_user_permission', 'user_id', { from, to, verbs }),
        ],
};

/** Inserts and deletes instead of updating: a group may already have the permission under the new name. The table that it was
 * granted for stays the same. */
export function renamePermissionsSql(
  table: string,
  holder: string,
  { from, to, verbs }: Parameters<RenamedModelSql['sql']>[0],
): string {
  const old = verbs.map((verb) => quoteLiteral(`${from}.${verb}`)).join(', ');
  const renamed = `${quoteLiteral(to)} || substr(permission, ${from.length + 1})`;
  return ifTableExists(table, [
    `insert into ${table} (${holder}, permission, relation)\nselect ${holder}, ${renamed}, relation from ${table} where permission in (${old})\non conflict (${holder}, permission) do update set relation = excluded.relation;`,
    `delete from ${table} where permission in (${old});`,
  ]);
}
