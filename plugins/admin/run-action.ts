import type { App } from '../../core/app.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import { forbidden, notFound } from '../../core/errors/http.ts';
import { isAllowed } from '../../core/http/layout.ts';
import type { Issue } from '../../core/model/issue.ts';
import type { AuditContext } from '../../core/policy/actor.ts';
import type { Context } from '../../core/request/context.ts';
import type { Access } from '../../core/request/route-info.ts';
import type { Removed, Written } from '../../core/write/types.ts';
import type { ActionResult } from './extension-points.ts';
import { oncePerForm, type Repeated } from './once-per-form.ts';

/** The action with this name; 404 if there is none, 403 if the user cannot use it. */
export function actionOr404<A extends { readonly name: string; readonly access?: Access }>(
  ctx: Context,
  app: App,
  actions: readonly A[],
  requested: string | undefined,
): A {
  const action = actions.find(({ name }) => name === requested);
  if (action === undefined) throw notFound();
  // fault: action-access
  if (!isAllowed(ctx, app, action)) throw forbidden();
  return action;
}

type Rejected = Extract<ActionResult, { outcome: 'rejected' }>;

/** Runs an action once per form. The change, its audit entries and the response to a repeated submission commit together. */
export function runOnce<R extends { readonly outcome: string; readonly location?: string }>(
  ctx: Context,
  app: App,
  action: { readonly access?: Access },
  run: (tx: Transaction, context: AuditContext) => Promise<R | Rejected>,
): Promise<R | Rejected | Repeated> {
  return oncePerForm<R | Rejected>(
    ctx,
    app,
    async (tx, context) => {
      // The actor was read again, so check again: permissions revoked since the request began must not count.
      if (!isAllowed(ctx, app, action)) throw forbidden();
      const result = await run(tx, context);
      return { result, location: 'location' in result ? result.location : undefined };
    },
    (problems) => ({ outcome: 'rejected', problems }),
  );
}

/**
 * Converts the result of an `app.write` call to an action result: done with the message, or rejected with the reason.
 *
 * @example
 * const written = await app.write.update(tx, context, Post, record.key, { published: true }, record.version);
 * return fromWritten(written, { key: 'posts.published' });
 */
export function fromWritten(written: Written | Removed, message?: Issue): ActionResult {
  switch (written.outcome) {
    case 'done':
      return { outcome: 'done', ...(message && { message }) };
    case 'invalid':
      return { outcome: 'rejected', problems: written.problems };
    case 'conflict':
      return { outcome: 'rejected', message: { key: 'admin.action.changed' } };
    case 'forbidden':
      if ('problems' in written) return { outcome: 'rejected', problems: written.problems };
      return { outcome: 'rejected', message: { key: 'admin.action.forbidden' } };
    case 'missing':
      return { outcome: 'rejected', message: { key: 'admin.action.missing' } };
    case 'referenced':
    case 'rejected':
      return { outcome: 'rejected', message: { key: 'admin.action.rejected' } };
  }
}
