import { sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../../../core/database/queries.ts';
import { type Blinding, type EntryValues, erasablePaths } from './entry-hash.ts';
import { microseconds } from './seal.ts';

/** An entry with everything that its hash is computed from, and the erasures that apply to it. */
export interface SealedEntry {
  readonly values: EntryValues;
  readonly blinding: Blinding;
  readonly erasures: readonly AppliedErasure[];
}

export interface AppliedErasure {
  readonly label: string;
  readonly fields: readonly string[];
  /** Whether it applies to the record of the entry, and to the user who acted. */
  readonly ofSubject: boolean;
  readonly ofActor: boolean;
}

const text = z.string();
const members = z.union([z.array(z.tuple([text, text])), text]).nullable();
export const valuesRow = z.object({
  id: text,
  at: text,
  event: text,
  actor_kind: text,
  actor_id: text.nullable(),
  actor_label: text,
  subject_model: text.nullable(),
  subject_key: text.nullable(),
  subject_label: text.nullable(),
  before: members,
  after: members,
  data: text.nullable(),
  correlation_id: text,
  credential_scheme: text.nullable(),
  credential_id: text.nullable(),
  address: text.nullable(),
});
export const erasureRow = z.object({
  label: text,
  fields: z.array(text),
  ofSubject: z.boolean(),
  ofActor: z.boolean(),
});
const entryRow = valuesRow
  .extend({
    at: microseconds.transform(String),
    salt: text.nullable(),
    hashes: z.record(text, text.nullable()).nullable(),
    salts: z.record(text, text).nullable(),
    erasures: z.array(erasureRow),
  })
  .transform(
    ({ salt, hashes, salts, erasures, ...values }): SealedEntry => ({
      values,
      blinding: { salt, ...(salts && { salts }), ...(hashes && { hashes }) },
      erasures,
    }),
  );

/** The members of an object as texts, so that no digit is lost; any other value as text. */
const membersSql = (column: string) => {
  const name = sql.identifier([column]);
  return sql.fragment`case jsonb_typeof(a.${name})
    when 'object' then (select coalesce(jsonb_agg(jsonb_build_array(name, value::text)), '[]') from jsonb_each(a.${name}) as member (name, value))
    else to_jsonb(a.${name}::text)
  end`;
};

const columns = sql.fragment`
  a.id::text, timestamptz_send(a.at) as at, a.event, a.actor_kind, a.actor_id::text, a.actor_label,
  a.subject_model, a.subject_key, a.subject_label, ${membersSql('before')} as before, ${membersSql('after')} as after,
  a.data::text, a.correlation_id, a.credential_scheme, a.credential_id, a.address::text, a.salt::text,
  e.hashes, e.salts,
  coalesce(
    (
      select jsonb_agg(jsonb_build_object(
        'label', label,
        'fields', fields,
        'ofSubject', x.subject_model is not distinct from a.subject_model and x.subject_key is not distinct from a.subject_key,
        'ofActor', coalesce(a.actor_kind = 'user' and x.user_id = a.actor_id, false)
      ) order by x.id)
      from rustio_audit_erasure x
      where e.entry_id is not null and (
        (
          x.subject_model = a.subject_model
          and left(x.subject_key, 400) = left(a.subject_key, 400)
          and x.subject_key = a.subject_key
        )
        or (a.actor_kind = 'user' and x.user_id = a.actor_id)
      )
    ),
    '[]'
  ) as erasures
`;

/** The entries with these ids. */
export function readErasedEntries(query: Query, ids: readonly string[]): Promise<readonly SealedEntry[]> {
  return query.any(sql.type(entryRow)`
    select ${columns}
    from rustio_audit a
    join rustio_audit_erased_entry e on e.entry_id = a.id
    where a.id = any(${sql.array([...ids], 'int8')})
    order by a.id
  `);
}

/** The next entries after an id, up to and including another one, in ascending order. */
export function readSealedEntries(
  query: Query,
  { after, until, limit }: { readonly after: string | null; readonly until: string; readonly limit: number },
): Promise<readonly SealedEntry[]> {
  return query.any(sql.type(entryRow)`
    select ${columns}
    from rustio_audit a
    left join rustio_audit_erased_entry e on e.entry_id = a.id
    where (${after}::bigint is null or a.id > ${after}::bigint) and a.id <= ${until}::bigint
    order by a.id
    limit ${limit}
  `);
}

const ERASED = '"<erased>"';

/** Whether each value that was erased now contains exactly what an erasure writes there, and an erasure names it. */
export function isErasedAsRecorded({ values, blinding, erasures }: SealedEntry): boolean {
  const current = erasablePaths(values);
  // fault: changed-under-cover-of-erasure
  return Object.keys(blinding.hashes ?? {}).every((path) => {
    const value = current.get(path);
    if (path === 'actor_label') return erasures.some((erasure) => erasure.ofActor && erasure.label === value);
    if (path === 'subject_label') return erasures.some((erasure) => erasure.ofSubject && erasure.label === value);
    const field = path.slice(path.indexOf(':') + 1);
    return value === ERASED && erasures.some((erasure) => erasure.ofSubject && erasure.fields.includes(field));
  });
}
