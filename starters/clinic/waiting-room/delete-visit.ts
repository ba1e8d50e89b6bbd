import { type EventHandler, sql } from 'rustio-admin';

/** Deletes the visit together with its appointment, in the same transaction. */
export const deleteVisit: EventHandler<'delete'> = async (tx, { subject }) => {
  if (subject?.model !== 'appointment') return;
  await tx.query(sql.unsafe`delete from waiting_visit where appointment_id = ${subject.key}::bigint`);
};
