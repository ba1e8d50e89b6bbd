import { sql, z } from 'rustio-admin';
import { Invoice } from '../models/invoice.ts';
import type { PatientNotes } from '../waiting-room/extension-points.ts';

const row = z.object({ patient: z.coerce.number(), owed: z.string() });

/** The overdue amount of each patient, in one statement. */
export const unpaidInvoices: PatientNotes = {
  name: 'unpaid-invoices',
  access: { permission: 'invoice.view' },
  async load(app, actor, patients) {
    const rows = await app.readingFor(actor).any(sql.type(row)`
      select patient_id as patient, sum(total)::text as owed
      from ${app.records.tableFor(actor, Invoice)} invoice
      where patient_id = any(${sql.array([...patients], 'int8')})
        and status = 'sent'
        and due_on < current_date
      group by patient_id
    `);
    return new Map(rows.map(({ patient, owed }) => [patient, { tone: 'warn', text: `Owes £${owed}` }]));
  },
};
