import { type App, type Context, sql, type Widget, z } from 'rustio-admin';
import { Invoice } from '../models/invoice.ts';

/** The part of a request that the figures use. */
export type Reader = { readonly state: Pick<Context['state'], 'actor' | 'locale'> };

const access = { permission: 'invoice.view' } as const;
const owed = z.object({ today: z.string(), invoices: z.coerce.number(), total: z.string() });

/** Overdue invoices. */
export const overdue = {
  name: 'overdue',
  access,
  async load({ state }: Reader, app: App) {
    const { today, invoices, total } = await app.readingFor(state.actor).one(sql.type(owed)`
      select current_date as today, count(*) as invoices, coalesce(sum(total), 0)::text as total
      from ${app.records.tableFor(state.actor, Invoice)} invoice
      where status = 'sent' and due_on < current_date
    `);
    const yesterday = new Date(Date.parse(today) - 86_400_000).toISOString().slice(0, 10);
    return {
      kind: 'figure',
      value: pounds(state.locale, total),
      label: `Overdue (${invoices} ${invoices === 1 ? 'invoice' : 'invoices'})`,
      url: invoiceList(app, { 'f.status': 'sent', 'f.dueOn.to': yesterday, sort: 'dueOn' }),
      tone: invoices === 0 ? 'good' : 'bad',
    };
  },
} as const satisfies Widget;

const drafts = z.object({ invoices: z.coerce.number() });

/** Invoices that have not been sent yet. */
export const unsent = {
  name: 'unsent',
  access: { permission: 'invoice.change' },
  async load({ state }: Reader, app: App) {
    const { invoices } = await app.readingFor(state.actor).one(sql.type(drafts)`
      select count(*) as invoices from ${app.records.tableFor(state.actor, Invoice)} invoice where status = 'draft'
    `);
    return {
      kind: 'figure',
      value: new Intl.NumberFormat(state.locale).format(invoices),
      label: 'Unsent invoices',
      url: invoiceList(app, { 'f.status': 'draft' }),
      tone: invoices === 0 ? 'good' : 'info',
    };
  },
} as const satisfies Widget;

function pounds(locale: string, amount: string): string {
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency: 'GBP', maximumFractionDigits: 0 });
  return format.format(Number(amount));
}

function invoiceList(app: App, query: Readonly<Record<string, string>>): string {
  return `${app.urls.list(app.models.of(Invoice))}?${new URLSearchParams(query)}`;
}
