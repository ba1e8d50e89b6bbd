import type { App } from '../app.ts';
import {
  constraintViolation,
  databaseError,
  isConflict,
  isFull,
  isLocked,
  isNotReady,
  isPermissionMissing,
  isReadOnly,
  isSchemaBehind,
  isTimeout,
  isUnavailable,
} from '../database/errors.ts';
import { changeRejected, dataNotReady, permissionMissing } from '../errors/data.ts';
import { commitUnconfirmed } from '../errors/database.ts';
import {
  changesUnavailable,
  databaseFull,
  databaseUnavailable,
  deadlocked,
  forbidden,
  queryTableMissing,
  queryTimedOut,
  recordLocked,
  unexpectedError,
} from '../errors/http.ts';
import { type FourParts, RustioError } from '../errors/rustio-error.ts';
import type { Context, Middleware } from '../request/context.ts';
import { problemsOfRejection } from '../write/rejections.ts';
import { wantsJson } from './access.ts';
import { isSafe } from './csrf.ts';
import { loggedPath } from './logged-path.ts';
import { recordDeniedAccess } from './record-denied-access.ts';

/**
 * Turns every thrown error into a response with the error's parts and the correlation ID. Unexpected errors are logged in full and
 * shown without internals.
 */
export function answerErrors(app: App, onError: readonly Middleware[] = []): Middleware {
  return async (ctx, next) => {
    try {
      await next();
    } catch (thrown) {
      const error = visibleError(thrown, app, ctx.method);
      const allowed = ctx.response.get('allow');
      // A missing grant is a problem for operators, not for users.
      if (error.status >= 500 || isPermissionMissing(thrown)) {
        const { code } = thrown instanceof RustioError ? thrown : error;
        app.log.error(
          { err: thrown, id: ctx.state.correlationId, code, path: loggedPath(ctx.path, app) },
          error.message,
        );
      }
      // A cookie that was set before the failure would reflect a change that did not happen.
      // fault: cookie-after-failure
      ctx.remove('set-cookie');
      // Some errors specify when to retry.
      if (error.status === 503) ctx.set('retry-after', String(error.params.seconds ?? 5));
      if (allowed) ctx.set('allow', allowed);
      ctx.status = error.status;
      ctx.state.error = thrown;
      await recordDeniedAccess(ctx, app);
      await runErrorMiddleware(ctx, app, onError, () => respond(ctx, app, error));
    }
  };
}

/**
 * Runs the plugins' `on-error` middleware, each around the next. If one of them fails, that is logged and the error page is shown
 * without it.
 */
async function runErrorMiddleware(
  ctx: Context,
  app: App,
  steps: readonly Middleware[],
  last: () => void,
): Promise<void> {
  const [step, ...more] = steps;
  if (step === undefined) return last();
  let passed = false;
  const next = async (): Promise<void> => {
    passed = true;
    await runErrorMiddleware(ctx, app, more, last);
  };
  try {
    await step(ctx, next);
  } catch (failure) {
    app.log.error({ err: failure, id: ctx.state.correlationId }, 'middleware of the stage on-error failed');
    if (!passed) await next();
  }
}

function respond(ctx: Context, app: App, error: RustioError): void {
  const { correlationId } = ctx.state;
  const parts = translatedParts(ctx, error);
  if (wantsJson(ctx)) {
    const { t } = ctx.state;
    const issues =
      problemsOfRejection(error)?.map(({ field, issue }) => ({
        path: field ?? '',
        message: t(issue.key, issue.params),
      })) ?? error.issues;
    ctx.body = { error: { code: error.code, ...parts, ...(issues.length > 0 && { issues }), correlationId } };
    return;
  }
  const isPageDenied = error.code === forbidden.code && isSafe(ctx.method);
  const problem = isPageDenied ? ctx.state.t('layout.error.noAccess') : parts.problem;
  try {
    app.views.page(ctx, 'layout/error', {
      title: problem.replace(/\.$/, ''),
      status: error.status,
      code: error.code,
      link: error.link,
      ...parts,
      problem,
      retry: parts.retry ?? '',
    });
  } catch (failure) {
    app.log.error({ err: failure, id: correlationId }, 'the error page itself failed');
    const { why, fix, retry } = parts;
    const advice = [why, fix, ...(retry === undefined ? [] : [retry])].join('\n');
    ctx.type = 'text/plain; charset=utf-8';
    ctx.body = `${problem}\n\n${advice}\n\n${error.code} ${correlationId}\n`;
  }
}

/** The error's parts in the user's language. `retry` is left out if the error has none. */
function translatedParts({ state: { t } }: Context, error: RustioError): FourParts {
  const part = (name: keyof FourParts): string => {
    const key = `error.${error.code}.${name}`;
    const translated = t(key, error.params);
    return translated === key ? (error.parts[name] ?? '') : translated;
  };
  const retry = part('retry');
  return { problem: part('problem'), why: part('why'), fix: part('fix'), ...(retry === '' ? {} : { retry }) };
}

/** The error to show to the client. With `dev`, the client is a developer and sees the original error. */
function visibleError(thrown: unknown, { dev, environment }: App, method: string): RustioError {
  const isChange = !isSafe(method);
  // A page that only reads may use a transaction, but has no changes that could be lost.
  const isOwn = thrown instanceof RustioError && (isChange || thrown.code !== commitUnconfirmed.code);
  if (isOwn && (dev || thrown.expose)) return thrown;
  if (isUnavailable(thrown)) return databaseUnavailable({ cause: thrown });
  if (isConflict(thrown)) return deadlocked({ cause: thrown });
  if (isTimeout(thrown)) return queryTimedOut({ cause: thrown });
  // fault: locked-row-unexpected
  if (isLocked(thrown)) return recordLocked({ cause: thrown });
  // fault: read-only-unexpected
  if (isReadOnly(thrown)) return changesUnavailable({ cause: thrown });
  // fault: full-disk-unexpected
  if (isFull(thrown)) return databaseFull({ cause: thrown });
  // fault: missing-grant-unexpected
  if (isPermissionMissing(thrown))
    return permissionMissing({ reason: permissionReason(thrown, environment), cause: thrown });
  if (isNotReady(thrown)) return dataNotReady({ cause: thrown });
  // A page that only reads cannot violate a constraint, so there it is an error in its SQL.
  if (isChange && !(thrown instanceof RustioError) && isInvalidData(thrown)) return changeRejected({ cause: thrown });
  if (!environment.production && isSchemaBehind(thrown)) {
    const { message = '', hint = '' } = databaseError(thrown) ?? {};
    const reason = [message, hint].filter((text) => text !== '').join('. ');
    return queryTableMissing({ reason, cause: thrown });
  }
  return unexpectedError({ cause: thrown });
}

/**
 * Whether the database rejected values that a client sent. Excluded are errors raised by triggers, which can have any cause, and
 * errors in the framework's own tables (such as an audit trail that cannot be written).
 */
function isInvalidData(thrown: unknown): boolean {
  const violation = constraintViolation(thrown);
  return violation !== undefined && violation.kind !== 'rule' && violation.table?.startsWith('rustio_') !== true;
}

/** PostgreSQL names the table, which only developers should see. */
function permissionReason(thrown: unknown, { production }: App['environment']): string {
  const { message = '' } = databaseError(thrown) ?? {};
  return production ? '' : `PostgreSQL: ${message}.`;
}
