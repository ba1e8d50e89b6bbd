import { sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../../core/database/queries.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import type { Erasure, Subject } from '../../core/write/events.ts';

/**
 * Replaces the label of an erased record, and removes values of it, in all its entries. The database does this itself when the erasure
 * is recorded, and rejects any other change: see `migrations/0004_erasure.sql`.
 */
export async function eraseEntries(tx: Transaction, subject: Subject, { fields, userId }: Erasure): Promise<void> {
  await tx.query(sql.unsafe`
    insert into rustio_audit_erasure (subject_model, subject_key, label, fields, user_id)
    values (${subject.model}, ${subject.key}, ${subject.label}, ${sql.array([...fields], 'text')}, ${userId ?? null})
  `);
}

/**
 * Applies erasures of the last day again, if there are entries with the former name: those that other transactions were writing at the
 * moment of the erasure, such as a failed sign-in.
 */
export async function repeatErasures(query: Query): Promise<void> {
  await query.query(sql.unsafe`
    insert into rustio_audit_erasure (subject_model, subject_key, label, fields, user_id)
    select distinct on (e.subject_model, e.subject_key) e.subject_model, e.subject_key, e.label, e.fields, e.user_id
    from rustio_audit_erasure e
    where e.at > now() - interval '1 day'
      and (
        exists (
          select from rustio_audit a
          where a.subject_model = e.subject_model
            and left(a.subject_key, 400) = left(e.subject_key, 400)
            and a.subject_key = e.subject_key
            and a.subject_label <> e.label
        )
        or exists (
          select from rustio_audit a where a.actor_id = e.user_id and a.actor_kind = 'user' and a.actor_label <> e.label
        )
      )
    order by e.subject_model, e.subject_key, e.id desc
  `);
}

const erasure = sql.type(z.object({ erasure: z.string() }));

/**
 * The records, such as `user 17`, with an erasure that no entry of the trail records. The entry of an event that ends in `_erased` is written
 * just before its erasure, under the same label. Empty without the table, which the check of the tables reports.
 */
export async function unrecordedErasures(query: Query): Promise<readonly string[]> {
  if (!(await query.exists(sql.unsafe`select where to_regclass('rustio_audit_erasure') is not null`))) return [];
  return query.anyFirst(erasure`
    select distinct e.subject_model || ' ' || e.subject_key as erasure
    from (
      select subject_model, subject_key, label, fields, user_id, min(at) as at
      from rustio_audit_erasure
      group by subject_model, subject_key, label, fields, user_id
    ) e
    where not exists (
      select from rustio_audit a
      where a.subject_model = e.subject_model
        and left(a.subject_key, 400) = left(e.subject_key, 400)
        and a.subject_key = e.subject_key
        and a.subject_label = e.label
        and a.event like '%\\_erased'
        and a.at between e.at - interval '1 minute' and e.at
    )
    order by 1
    limit 20
  `);
}
