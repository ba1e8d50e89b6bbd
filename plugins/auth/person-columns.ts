import { type FragmentSqlToken, sql } from 'slonik';
import { COMMANDING_ROLES } from './roles.ts';

const commandingRoles = sql.join(
  COMMANDING_ROLES.map((role) => sql.literalValue(role)),
  sql.fragment`, `,
);

/**
 * What makes a person of a row of rustio_user under the alias `u`; `personShape` reads it. One expression, so that the
 * statement of a signed-in request costs one round trip and sees a changed group at once.
 */
export const personColumns: FragmentSqlToken = sql.fragment`
  u.id as user_id,
  u.email,
  u.display_name,
  u.role,
  case
    when u.role in (${commandingRoles}) then '{}'::text[]
    else array(
      select up.permission
      from rustio_user_permission up
      where up.user_id = u.id
      union
      select gp.permission
      from rustio_user_group ug
      join rustio_group_permission gp on gp.group_id = ug.group_id
      where ug.user_id = u.id
    )
  end as permissions`;
