import { type Check, sql, z } from 'rustio-admin';

const counted = z.object({ invoices: z.coerce.number() });

export const checks: readonly Check[] = [
  {
    name: 'invoices-add-up',
    needs: 'database',
    async run({ database }) {
      if (!database) return { status: 'note', message: 'Skipped: no database.' };
      const { invoices } = await database.one(sql.type(counted)`
        select count(*) as invoices
        from invoice
        where total <> (
          select coalesce(sum(quantity * price), 0) from invoice_line where invoice_line.invoice_id = invoice.id
        )
      `);
      if (invoices === 0) return { status: 'ok', message: 'All invoice totals match their lines.' };
      return {
        status: 'failed',
        message: `${invoices === 1 ? '1 invoice total does' : `${invoices} invoice totals do`} not match the invoice lines: rows were changed outside the application.`,
        fix: 'Check who has write access to the database, then open and save one line of each invoice.',
      };
    },
  },
];
