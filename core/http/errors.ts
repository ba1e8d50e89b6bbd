import type { App } from '../app.ts';
import { databaseError, isConflict, isFull, isSchemaBehind, isTimeout, isUnavailable } from '../database/errors.ts';
import { RustioError } from '../errors.ts';
import { wantsJson } from './access.ts';
import type { Context, Middleware } from './context.ts';

/**
 * Turns whatever was thrown into an answer with four parts and the correlation id. What nobody foresaw is logged whole
 * and shown without a word of its inside.
 */
export function answerErrors(app: App, onError: readonly Middleware[] = []): Middleware {
  return async (ctx, next) => {
    try {
      await next();
    } catch (thrown) {
      const error = known(thrown, app);
      const allowed = ctx.response.get('allow');
      if (error.status >= 500) {
        const { code } = thrown instanceof RustioError ? thrown : error;
        app.log.error({ err: thrown, id: ctx.state.correlationId, code, path: ctx.path }, error.message);
      }
      // A cookie that was set before the failure belongs to a change that did not happen.
      ctx.remove('set-cookie');
      if (error.status === 503) ctx.set('retry-after', '5');
      if (allowed) ctx.set('allow', allowed);
      ctx.status = error.status;
      ctx.state.error = thrown;
      await throughAll(ctx, app, onError, () => show(ctx, app, error));
    }
  };
}

/** Lets plugins see the failure, each around the next. One that fails itself is logged, and the page is shown without it. */
async function throughAll(ctx: Context, app: App, steps: readonly Middleware[], last: () => void): Promise<void> {
  const [step, ...more] = steps;
  if (step === undefined) return last();
  let passed = false;
  const next = async (): Promise<void> => {
    passed = true;
    await throughAll(ctx, app, more, last);
  };
  try {
    await step(ctx, next);
  } catch (failure) {
    app.log.error({ err: failure, id: ctx.state.correlationId }, 'middleware of the stage on-error failed');
    if (!passed) await next();
  }
}

function show(ctx: Context, app: App, error: RustioError): void {
  const { t, correlationId } = ctx.state;
  const part = (name: keyof RustioError['parts']): string => {
    const key = `error.${error.code}.${name}`;
    const translated = t(key, error.params);
    return translated === key ? error.parts[name] : translated;
  };
  const parts = { problem: part('problem'), why: part('why'), fix: part('fix'), retry: part('retry') };
  if (wantsJson(ctx)) {
    const issues = error.issues.length === 0 ? {} : { issues: error.issues };
    ctx.body = { error: { code: error.code, ...parts, ...issues, correlationId } };
    return;
  }
  try {
    app.views.page(ctx, 'layout/error', {
      title: parts.problem.replace(/\.$/, ''),
      status: error.status,
      code: error.code,
      link: error.link,
      ...parts,
    });
  } catch (failure) {
    app.log.error({ err: failure, id: correlationId }, 'the error page itself failed');
    ctx.type = 'text/plain; charset=utf-8';
    ctx.body = `${parts.problem}\n\n${parts.why}\n${parts.fix}\n${parts.retry}\n\n${error.code} ${correlationId}\n`;
  }
}

/** `dev`: whoever looks is the one who builds it, and is told what is wrong. */
function known(thrown: unknown, { dev, environment }: App): RustioError {
  if (thrown instanceof RustioError && (dev || thrown.forReaders)) return thrown;
  if (isUnavailable(thrown)) return unavailable(thrown);
  if (isConflict(thrown)) return inTheWay(thrown);
  if (isTimeout(thrown)) return tookTooLong(thrown);
  if (isFull(thrown)) return noRoom(thrown);
  if (!environment.production && isSchemaBehind(thrown)) return tablesBehind(thrown);
  return new RustioError(
    'RIO-HTTP-UNEXPECTED',
    {
      problem: 'Something went wrong on our side.',
      why: 'The application met a situation that it does not know. Nothing of your change was kept.',
      fix: 'Try again. If it happens again, tell the people who run this application the id below.',
      retry: 'Once; then ask for help.',
    },
    { cause: thrown },
  );
}

function unavailable(cause: unknown): RustioError {
  return new RustioError(
    'RIO-HTTP-UNAVAILABLE',
    {
      problem: 'The database cannot be reached at the moment.',
      why: 'It is being restarted, or the connection to it is broken. Nothing that was stored is lost.',
      fix: 'Wait a moment. If it lasts, tell the people who run this application.',
      retry: 'In a few seconds.',
    },
    { status: 503, cause },
  );
}

function inTheWay(cause: unknown): RustioError {
  return new RustioError(
    'RIO-HTTP-BUSY',
    {
      problem: 'Somebody else was changing the same records.',
      why: 'Both changes waited for each other, and this one gave way. Nothing of it was kept.',
      fix: 'Send the form again.',
      retry: 'At once.',
    },
    { status: 503, cause },
  );
}

/** In development only: elsewhere it is the concern of those who run the application, and told in the log. */
function tablesBehind(cause: unknown): RustioError {
  const { message = '', hint = '' } = databaseError(cause) ?? {};
  const reason = [message, hint].filter((each) => each !== '').join('. ');
  return new RustioError(
    'RIO-HTTP-TABLES',
    {
      problem: 'A query uses a table or column that the database does not have.',
      why: `PostgreSQL reports: ${reason}`,
      fix: 'If a model has this table or column, run `npx rustio-admin migrate make`, read the new file, then run `npx rustio-admin migrate`. If not, correct the SQL that names it: a row rule (`defineRules`), a policy, or a query of your own.',
      retry: 'After the migration, or the correction.',
    },
    { status: 500, cause, params: { reason } },
  );
}

function noRoom(cause: unknown): RustioError {
  return new RustioError(
    'RIO-HTTP-FULL',
    {
      problem: 'There is no room left to store this.',
      why: 'The disk of the database is full. Nothing of your change was kept; what was stored before is safe.',
      fix: 'Tell the people who run this application: somebody must make room. Then send the form again.',
      retry: 'After room was made.',
    },
    { status: 503, cause },
  );
}

function tookTooLong(cause: unknown): RustioError {
  return new RustioError(
    'RIO-HTTP-SLOW',
    {
      problem: 'This took too long, so it was stopped.',
      why: 'The database needed more time than a page is given, so that one heavy question cannot slow everybody down.',
      fix: 'Ask for less: use a filter, fewer words, or the default order. An index on the field in question mends it for good.',
      retry: 'After narrowing it down.',
    },
    { status: 503, cause },
  );
}
