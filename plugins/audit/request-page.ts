import type { App } from '../../core/app.ts';
import { notFound } from '../../core/errors/http.ts';
import type { Context } from '../../core/request/context.ts';
import type { PageData } from '../../core/request/views.ts';
import { isCorrelationId } from './audit-query.ts';
import { withLabels } from './change-labels.ts';
import { isEntryId, readEntries } from './entries.ts';
import { type EntryView, entryView, requestUrl, visibleEntry } from './entry-view.ts';

const PAGE = 100;

interface RequestView extends PageData {
  readonly auditUrl: string;
  /** The whole ID. */
  readonly id: string;
  /** Who acted: usually one, and the user that a sign-in was for. */
  readonly users: readonly string[];
  readonly addresses: readonly string[];
  /** Oldest first. */
  readonly entries: readonly EntryView[];
  readonly laterUrl?: string;
}

declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'audit/request': RequestView;
  }
}

/** GET /audit/requests/:id: everything that one request, job or command did, oldest first. */
export async function requestPage(ctx: Context, app: App): Promise<void> {
  const { actor, params, t } = ctx.state;
  const { id = '' } = params;
  if (!isCorrelationId(id)) throw notFound();
  const { after } = ctx.query;
  const window = { size: PAGE, after: typeof after === 'string' && isEntryId(after) ? after : '0' };
  const page = await readEntries(app.readingFor(actor), { correlationId: id }, window);
  if (page.entries.length === 0) throw notFound();
  const oldestFirst = page.entries.toReversed();
  const entries = await withLabels(
    app,
    actor,
    oldestFirst.map((entry) => visibleEntry(app, actor, entry)),
  );
  const views = entries.map((entry) => entryView(ctx, app, entry));
  const last = oldestFirst.at(-1)?.id;
  app.views.page(ctx, 'audit/request', {
    title: t('audit.request.title'),
    auditUrl: app.urls.to('/audit'),
    id,
    users: [...new Set(views.map(({ who }) => who))],
    addresses: [...new Set(views.flatMap(({ address }) => address ?? []))],
    entries: views,
    ...(page.newer &&
      last !== undefined && { laterUrl: `${requestUrl(app, id)}?${new URLSearchParams({ after: last })}` }),
  });
}
