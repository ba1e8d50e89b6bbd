import { type App, sql, type UserDirectory, z } from 'rustio-admin/plugin';

const row = z.object({ id: z.number() });
const MAX_REMEMBERED = 10_000;
/** By application and name. An id never changes, so it is queried once per process. */
const remembered = new WeakMap<App, Map<string, number>>();

/** The id of a user, who is stored on their first request. */
export async function userId(app: App, name: string): Promise<number> {
  const byName = remembered.get(app) ?? new Map<string, number>();
  remembered.set(app, byName);
  const cached = byName.get(name);
  if (cached !== undefined) return cached;
  const { id } = await app.database.one(sql.type(row)`
    insert into proxy_person (name)
    values (${name})
    on conflict (name) do update set name = excluded.name
    returning id
  `);
  if (byName.size >= MAX_REMEMBERED) byName.clear();
  byName.set(name, id);
  return id;
}

/** For filters by user: the audit trail knows users by their id. */
export const users: UserDirectory = {
  names: 'text',
  idOf: (name) =>
    /^[\w.@-]{1,100}$/.test(name) ? sql.fragment`select id from proxy_person where name = ${name}` : undefined,
};
