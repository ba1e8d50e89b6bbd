import { type EventHandlers, sql, type Transaction, z } from 'rustio-admin';

const keyRow = z.object({ invoice_id: z.string() });

/**
 * Keeps an invoice's total equal to the sum of its lines, however they are changed: page, import, command. It runs in the
 * transaction of the change, so no one ever reads a wrong total.
 */
export const keepTotals: EventHandlers = {
  async create(tx, { subject, data }) {
    if (subject?.model === 'invoiceLine') await addUp(tx, [data.after.invoice]);
  },
  async update(tx, { subject, data }) {
    if (subject?.model !== 'invoiceLine') return;
    // If a line was moved to another invoice, both invoices change; otherwise, the line names its invoice.
    if ('invoice' in data.after) await addUp(tx, [data.before.invoice, data.after.invoice]);
    else await addUpOfLine(tx, subject.key);
  },
  async delete(tx, { subject, data }) {
    if (subject?.model === 'invoiceLine') await addUp(tx, [data.before.invoice]);
  },
};

async function addUpOfLine(tx: Transaction, line: string): Promise<void> {
  const invoices = await tx.anyFirst(sql.type(keyRow)`select invoice_id from invoice_line where id = ${line}::bigint`);
  await addUp(tx, invoices);
}

/**
 * Two users may add lines to the same invoice at the same time. Each transaction locks the invoice before it computes the sum, in
 * a separate statement: only a later statement sees what the other has committed, so the second sum includes both lines. `no
 * key`, because the foreign keys of both new lines already lock the row, and a stronger lock would deadlock.
 */
async function addUp(tx: Transaction, invoices: readonly unknown[]): Promise<void> {
  const ids = sql.array(invoices.map(String), 'int8');
  await tx.query(sql.unsafe`
    select from invoice where id = any(${ids}) order by id for no key update
  `);
  await tx.query(sql.unsafe`
    update invoice
    set total = lines.total
    from (
      select invoice.id, coalesce(sum(invoice_line.quantity * invoice_line.price), 0) as total
      from invoice
      left join invoice_line on invoice_line.invoice_id = invoice.id
      where invoice.id = any(${ids})
      group by invoice.id
    ) lines
    where invoice.id = lines.id
      and invoice.total <> lines.total
  `);
}
