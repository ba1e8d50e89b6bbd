import { createHash } from 'node:crypto';
import type { App } from '../../core/app.ts';
import { retryOnConflict } from '../../core/database/pool.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import { forbidden } from '../../core/errors/http.ts';
import { formNames } from '../../core/form/form-protocol.ts';
import type { Problem } from '../../core/model/issue.ts';
import type { AuditContext } from '../../core/policy/actor.ts';
import { auditContext, type Context } from '../../core/request/context.ts';
import { claimIdempotencyKey, releaseIdempotencyKey, rememberLocation } from '../../core/write/idempotency-key.ts';
import { problemsOfRejection } from '../../core/write/rejections.ts';

/**
 * These fields may differ between two submissions of the same form: each page has a differently masked token, and the choice of
 * button does not affect what is saved.
 */
const NOT_PART = new Set<string>([formNames.token, formNames.next]);

/**
 * Two submissions are repetitions of each other (double click, reload) if form, URL and input are equal. If a user navigates
 * back, corrects a value and submits the cached page again, this is a new submission and must not be discarded.
 */
function postId({ path, state: { form } }: Context): string | undefined {
  // Requests that did not come from a form have no id.
  if (!form || (form.get(formNames.form) ?? '') === '') return undefined;
  const typed = [...form.names()].filter((name) => !NOT_PART.has(name)).map((name) => [name, form.all(name)]);
  return createHash('sha256')
    .update(JSON.stringify([path, typed]))
    .digest('base64url');
}

/** The form was submitted before; `location` is the page to which the first submission redirected. */
export interface Repeated {
  readonly outcome: 'repeated';
  readonly location: string | undefined;
}

/** `context` contains the current actor. */
type Work<R> = (tx: Transaction, context: AuditContext) => Promise<{ result: R; location: string | undefined }>;

/**
 * Runs `work` once per form. The claim on the form's id, the change and the response commit together; a rejected change releases
 * the id. If two transactions deadlock (each deletes a row that the other references), PostgreSQL aborts one of them, which is
 * retried. `rejected` converts a rejection by the database at COMMIT into a result.
 */
export async function oncePerForm<R>(
  ctx: Context,
  app: App,
  work: Work<R>,
  rejected: (problems: readonly Problem[]) => R,
): Promise<R | Repeated> {
  const post = postId(ctx);
  try {
    return await retryOnConflict(app.writingFor(ctx.state.actor), async (tx) => {
      const context = await currentContext(ctx, app, tx);
      if (post === undefined) return (await work(tx, context)).result;
      const claim = await claimIdempotencyKey(tx, post, context.actor);
      if (!claim.first) return { outcome: 'repeated', location: claim.location };
      const { result, location } = await work(tx, context);
      if (location === undefined) await releaseIdempotencyKey(tx, post);
      else await rememberLocation(tx, post, location);
      return result;
    });
  } catch (error) {
    // Rejected by the database at COMMIT, or by an error that aborted the transaction.
    const problems = problemsOfRejection(error);
    if (problems === undefined) throw error;
    return rejected(problems);
  }
}

/**
 * The context with the current actor, locked until the transaction ends. `app.write` reads the actor again, but actions and
 * sections of plugins may run SQL of their own. The rest of the request, such as access checks, also uses this actor.
 *
 * @throws RustioError RIO-HTTP-FORBIDDEN if they have signed out or lost their account since the request began.
 */
export async function currentContext(ctx: Context, app: App, tx: Transaction): Promise<AuditContext> {
  const current = await app.events.currentContext(tx, auditContext(ctx));
  // fault: action-with-old-rights
  if (!current) throw forbidden();
  ctx.state.actor = current.actor;
  return current;
}
