import { type EventHandler, sql } from 'rustio-admin';

/** Takes the visit along when its appointment is deleted, in the same transaction. */
export const forgetVisit: EventHandler<'delete'> = async (tx, { subject }) => {
  if (subject?.model !== 'appointment') return;
  await tx.query(sql.unsafe`delete from waiting_visit where appointment_id = ${subject.key}::bigint`);
};
