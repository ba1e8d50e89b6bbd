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
 * These differ between two posts of the same form: the token is masked differently each time, and two buttons do the same to
 * the record.
 */
const NOT_PART = new Set<string>([formNames.token, formNames.next]);

/**
 * A post is a repetition of another one if form, URL and input are equal: a double click, a reload. Users who go back to a page
 * that the browser kept, correct something and submit it again have sent a new one, which must not be lost.
 */
function postId({ path, state: { form } }: Context): string | undefined {
  // A hand-made request has no id.
  if (!form || (form.get(formNames.form) ?? '') === '') return undefined;
  const typed = [...form.names()].filter((name) => !NOT_PART.has(name)).map((name) => [name, form.all(name)]);
  return createHash('sha256')
    .update(JSON.stringify([path, typed]))
    .digest('base64url');
}

/** The form was already posted: `location` is where the first post led. */
export interface Repeated {
  readonly outcome: 'repeated';
  readonly location: string | undefined;
}

/** `context`: with the actor as they are now. */
type Work<R> = (tx: Transaction, context: AuditContext) => Promise<{ result: R; location: string | undefined }>;

/**
 * The claim on the form's id, the change and the response commit together; a rejected change leaves the id free. If two changes
 * wait for each other's rows (each deletes what the other references), PostgreSQL detects a deadlock and aborts one, which is
 * retried. `rejected` makes the result of what the database rejects at COMMIT.
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
    // What the database rejects at COMMIT, or where the transaction cannot go on.
    const problems = problemsOfRejection(error);
    if (problems === undefined) throw error;
    return rejected(problems);
  }
}

/**
 * The context with the actor as they are now, locked until the transaction ends: `app.write` reads them again, but actions and
 * sections of plugins may write with SQL of their own. The rest of the request, such as access checks, sees them, too.
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
