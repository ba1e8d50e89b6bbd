import type { Insert } from 'rustio-admin';
import { inPence, inPounds } from '../billing/amount.ts';
import type { Invoice, InvoiceLine } from '../models/invoice.ts';
import type { SeededAppointment } from './appointments.ts';
import { plusDays } from './dates.ts';
import { Random } from './random.ts';

const INVOICES = 600;
const DAYS_TO_PAY = 30;

type SeededInvoice = Insert<typeof Invoice> & { readonly id: number };
type SeededLine = Insert<typeof InvoiceLine> & { readonly id: number };

/** Six hundred invoices for past appointments, oldest first. The total of each is the sum of its lines. */
export function generateInvoices(
  today: string,
  appointments: readonly SeededAppointment[],
  treatments: readonly { readonly code: string; readonly price: string }[],
): { readonly invoices: readonly SeededInvoice[]; readonly lines: readonly SeededLine[] } {
  const random = new Random(20_250_303);
  const done = appointments.filter(({ status }) => status === 'done');
  const invoices: SeededInvoice[] = [];
  const lines: SeededLine[] = [];
  for (let number = 1; number <= INVOICES; number++) {
    // Spread evenly over all past appointments.
    const appointment = done[Math.floor(((number - 1) * done.length) / INVOICES)];
    if (appointment === undefined) throw new TypeError('There are no past appointments.');
    const issuedOn = appointment.startsAt.toISOString().slice(0, 10);
    const dueOn = plusDays(issuedOn, DAYS_TO_PAY);
    let total = 0n;
    for (const { code, price } of pickSome(random, treatments)) {
      const quantity = random.percent(85) ? 1 : 2;
      total += inPence(price) * BigInt(quantity);
      lines.push({ id: lines.length + 1, invoice: number, treatment: code, quantity, price });
    }
    invoices.push({
      id: number,
      number: `R-${issuedOn.slice(0, 4)}-${String(number).padStart(4, '0')}`,
      patient: appointment.patient,
      issuedOn,
      dueOn,
      status: statusOf(random, dueOn < today, plusDays(issuedOn, 3) > today),
      total: inPounds(total),
    });
  }
  return { invoices, lines };
}

/** One to four items, without duplicates. */
function pickSome<T>(random: Random, items: readonly T[]): ReadonlySet<T> {
  return new Set(Array.from({ length: 1 + random.int(4) }, () => random.pick(items)));
}

/** Most due invoices are paid; those only a few days old have not been sent yet. */
function statusOf(random: Random, isDue: boolean, isNew: boolean): NonNullable<SeededInvoice['status']> {
  if (isNew) return 'draft';
  if (random.percent(3)) return 'cancelled';
  return random.percent(isDue ? 88 : 40) ? 'paid' : 'sent';
}
