import { type Check, sql, z } from 'rustio-admin';

const counted = z.object({ invoices: z.coerce.number() });

export const checks: readonly Check[] = [
  {
    name: 'invoices-add-up',
    needs: 'database',
    async run({ database }) {
      if (!database) return { status: 'note', message: 'Not asked: there is no database.' };
      const { invoices } = await database.one(sql.type(counted)`
        select count(*) as invoices
        from invoice
        where total <> (
          select coalesce(sum(quantity * price), 0) from invoice_line where invoice_line.invoice_id = invoice.id
        )
      `);
      if (invoices === 0) return { status: 'ok', message: 'Every invoice is the sum of its lines.' };
      return {
        status: 'failed',
        message: `${invoices} invoices are not the sum of their lines: rows were changed outside the application.`,
        fix: 'Look at who may write to the database, then open and save a line of each.',
      };
    },
  },
];
