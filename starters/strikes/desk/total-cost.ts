import { type EventHandler, sql } from 'rustio-admin';

/**
 * Keeps a strike's total the sum of its parts, whoever changes them, and however: page, import, command.
 * It runs in the transaction of the change, so nobody ever reads a total that does not add up.
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
