import { Readable } from 'node:stream';
import type { App } from '../../core/app.ts';
import { forbidden } from '../../core/errors/http.ts';
import { auditContext, type Context } from '../../core/request/context.ts';
import type { PageData } from '../../core/request/views.ts';
import { type FilterText, filterTexts, withPosition } from './audit-page.ts';
import { type AuditQuery, ownParameters, parseAuditQuery } from './audit-query.ts';
import { invalidAuditFilter } from './errors.ts';
import { exportEntries, mayExport } from './export-entries.ts';
import { FORMATS, isExportFormat } from './export-formats.ts';

interface ExportView extends PageData {
  readonly auditUrl: string;
  readonly action: string;
  readonly filters: readonly FilterText[];
  readonly formats: readonly string[];
}

declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'audit/export': ExportView;
  }
}

/** GET /audit/+export: which entries will be exported, and the choice of a format. */
export function exportPage(ctx: Context, app: App): void {
  const { query, params } = queryOf(ctx, app);
  app.views.page(ctx, 'audit/export', {
    title: ctx.state.t('audit.export.title'),
    auditUrl: withPosition(app.urls.to('/audit'), params, {}),
    action: withPosition(app.urls.to('/audit/+export'), params, {}),
    filters: filterTexts(ctx, app, query).filter(({ value }) => value !== ''),
    formats: Object.keys(FORMATS),
  });
}

/** POST /audit/+export: the entries as a file, newest first. */
export async function exportForm(ctx: Context, app: App): Promise<void> {
  const { query, params } = queryOf(ctx, app);
  const format = ctx.state.form?.get('format');
  if (!isExportFormat(format)) throw invalidAuditFilter({ name: 'format' });
  params.delete('before');
  params.delete('after');
  const text = await exportEntries(app, auditContext(ctx), { format, filter: query.filter, filters: String(params) });
  ctx.body = Readable.from(text);
  // After the body, because Koa guesses some headers for streams.
  ctx.attachment(`audit-${new Date().toISOString().slice(0, 10)}.${format}`);
  ctx.type = format === 'csv' ? 'text/csv; charset=utf-8' : 'application/json; charset=utf-8';
  ctx.set({ 'x-content-type-options': 'nosniff', 'cache-control': 'private, no-store' });
}

/** On the page, a filter that cannot be read is ignored and reported. Here, it would export more than was asked for. */
function queryOf(ctx: Context, app: App): { readonly query: AuditQuery; readonly params: URLSearchParams } {
  if (!mayExport(app, ctx.state.actor)) throw forbidden();
  const all = new URLSearchParams(ctx.querystring);
  const query = parseAuditQuery(app, all, ctx.state);
  const [unreadable] = query.unreadable.keys();
  // fault: unreadable-filter-exports-everything
  if (unreadable !== undefined) throw invalidAuditFilter({ name: unreadable });
  return { query, params: ownParameters(all) };
}
