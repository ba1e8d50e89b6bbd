import type { App } from '../../core/app.ts';
import type { RecordPages } from '../../core/services.ts';
import { recordHead } from './record-head.ts';
import { sitesOf } from './site.ts';

/** What other plugins need to link to the pages of the admin and to render pages of records like them. */
export function recordPages(app: App): RecordPages {
  return {
    has: (model) => sitesOf(app).of(model) !== undefined,
    head: (ctx, model, record, tab) => ({
      view: 'admin/record-head',
      data: { head: recordHead(ctx, app, model, record, tab) },
    }),
  };
}
