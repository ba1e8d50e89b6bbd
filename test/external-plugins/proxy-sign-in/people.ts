import { type App, type PersonDirectory, sql, z } from 'rustio-admin/plugin';

const row = z.object({ id: z.number() });
const MAX_REMEMBERED = 10_000;
/** By application and name. An id never changes, so it is asked for once per process. */
const remembered = new WeakMap<App, Map<string, number>>();

/** The id of a person, who is stored when the proxy sends them for the first time. */
export async function personId(app: App, name: string): Promise<number> {
  const byName = remembered.get(app) ?? new Map<string, number>();
  remembered.set(app, byName);
  const known = byName.get(name);
  if (known !== undefined) return known;
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

/** For filters by person: the audit trail knows people by their id. */
export const people: PersonDirectory = {
  names: 'text',
  idOf: (name) =>
    /^[\w.@-]{1,100}$/.test(name) ? sql.fragment`select id from proxy_person where name = ${name}` : undefined,
};
