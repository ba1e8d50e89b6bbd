import type { App } from '../app.ts';
import { type Form, FormFields } from '../form/form.ts';
import { formNames } from '../form/form-protocol.ts';
import type { Context, InterruptedForm } from '../request/context.ts';
import { readBody } from './body.ts';
import { formTokenMatches } from './csrf.ts';
import type { Route } from './route.ts';

/** Max size of a kept form as JSON, in bytes. A larger form is not kept: every request of the user reads it until it is shown. */
const MAX_BYTES = 64 * 1024;
/** After this time the form is shown empty: users do not expect it to contain old text. */
const MAX_AGE_MS = 60 * 60_000;
/** Resumable routes must not post passwords; fields with these names are left out in case one does. */
const SECRET = /pass(?:word|phrase|code)|secret|token|otp|(?:^|[-_])pin(?:$|[-_])/i;

/**
 * Creates the function that stores the form of a request that a gate has stopped; undefined for routes whose forms are not kept. It
 * reads the body within the route's limits, and only for users with access to the route, and returns whether the form was stored.
 */
export function formKeeper(route: Route, app: App): ((ctx: Context) => Promise<boolean>) | undefined {
  const read = route.resumable && route.body.kind === 'form' ? readBody(route, app) : undefined;
  if (!read) return undefined;
  return async (ctx) => {
    const { csrfSecret, signInData } = ctx.state;
    if (csrfSecret === undefined || !signInData || app.access.decide(ctx, route.access) !== 'allow') return false;
    if (!app.routes.some(({ method, path }) => method === 'GET' && path === route.path)) return false;
    let kept: InterruptedForm | undefined;
    await read(ctx, async () => {
      const { form } = ctx.state;
      // Another site must not prefill a form that the user then submits.
      // fault: kept-form-without-token
      if (form && formTokenMatches(csrfSecret, form.get(formNames.token))) kept = formTexts(form, ctx.path);
    });
    if (kept) signInData.interruptedForm = kept;
    return kept !== undefined;
  };
}

/**
 * Returns and removes the form that a gate stopped when it was submitted to this path, so that the page can fill it in again;
 * usually undefined. It contains no files: users must choose them again.
 *
 * @example
 * const typed = takeInterruptedForm(ctx);
 * app.views.page(ctx, 'comments/new', { title, text: typed?.get('text') ?? '' });
 */
export function takeInterruptedForm(ctx: Context): Form | undefined {
  const { signInData } = ctx.state;
  const kept = signInData?.interruptedForm;
  if (!signInData || !kept || kept.path !== ctx.path) return undefined;
  delete signInData.interruptedForm;
  if (Date.now() - kept.at > MAX_AGE_MS) return undefined;
  const form = new FormFields();
  for (const [name, text] of kept.fields) form.add(name, text);
  return form;
}

function formTexts(form: Form, path: string): InterruptedForm | undefined {
  const fields: (readonly [string, string])[] = [];
  // fault: passwords-kept
  for (const name of form.names())
    if (!SECRET.test(name)) for (const text of form.all(name)) fields.push([name, text.replaceAll('\0', '')]);
  const kept: InterruptedForm = { path, at: Date.now(), fields };
  return Buffer.byteLength(JSON.stringify(kept)) > MAX_BYTES ? undefined : kept;
}
