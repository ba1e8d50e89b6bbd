import { sql, z } from 'rustio-admin';
import type { PatientNotes } from '../waiting-room/extension-points.ts';

const row = z.object({ patient: z.coerce.number(), owed: z.string() });

/** What each of these patients should have paid by now. One statement, however many they are. */
export const unpaidInvoices: PatientNotes = {
  name: 'unpaid-invoices',
  access: { permission: 'invoice.view' },
  async load(app, patients) {
    const rows = await app.reading.any(sql.type(row)`
      select patient_id as patient, sum(total)::text as owed
      from invoice
      where patient_id = any(${sql.array([...patients], 'int8')})
        and status = 'sent'
        and due_on < current_date
      group by patient_id
    `);
    return new Map(rows.map(({ patient, owed }) => [patient, { tone: 'warn', text: `Owes £${owed}` }]));
  },
};
