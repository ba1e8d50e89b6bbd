import { type EventHandler, sql } from 'rustio-admin';

/**
 * Keeps a strike's total cost equal to the sum of its parts, however they are changed: page, import, command. It runs in the
 * transaction of the change, so no one ever reads a wrong total.
 */
export const keepTotalCost: EventHandler<'create' | 'update'> = async (tx, { subject }) => {
  if (subject?.model !== 'strike') return;
  await tx.query(sql.unsafe`
    update strike
    set cost_total = cost_repair + cost_other
    where id = ${subject.key}::bigint
      and cost_total <> cost_repair + cost_other
  `);
};
