import type { App } from '../app.ts';
import { readBody } from './body.ts';
import type { Context } from './context.ts';
import { type Form, FormFields } from './form.ts';
import { FORM_TOKEN, formTokenMatches } from './form-token.ts';
import type { Route } from './route.ts';
import type { InterruptedForm } from './sign-in-data.ts';

/** The maximum size of a form that is kept, as JSON, in bytes: what is kept for a sign-in has 16 KB. A larger one is lost. */
const MAX_BYTES = 10_000;
/** After this a page starts empty: users do not expect yesterday's text in a form. */
const KEPT_MS = 60 * 60_000;
/** Resumable routes post no passwords; this is for the one that does by mistake. */
const SECRET = /pass(?:word|phrase|code)|secret|token|otp|(?:^|[-_])pin(?:$|[-_])/i;

/**
 * Makes the function that keeps the form of a request which a gate has stopped; undefined for routes whose forms are not kept.
 * It reads the body within the route's limits, and only for users who may use the route. It returns whether the form was kept.
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
      // Another site must not fill in a form that the user then sends.
      if (form && formTokenMatches(csrfSecret, form.get(FORM_TOKEN))) kept = textsOf(form, ctx.path);
    });
    if (kept) signInData.interruptedForm = kept;
    return kept !== undefined;
  };
}

/**
 * The form that a gate stopped on the way to this page, for the page to fill in again; undefined in most cases. It is given
 * once. Files are not part of it: they have to be chosen again.
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
  if (Date.now() - kept.at > KEPT_MS) return undefined;
  const form = new FormFields();
  for (const [name, text] of kept.fields) form.add(name, text);
  return form;
}

function textsOf(form: Form, path: string): InterruptedForm | undefined {
  const fields: (readonly [string, string])[] = [];
  for (const name of form.names())
    if (!SECRET.test(name)) for (const text of form.all(name)) fields.push([name, text.replaceAll('\0', '')]);
  const kept: InterruptedForm = { path, at: Date.now(), fields };
  return Buffer.byteLength(JSON.stringify(kept)) > MAX_BYTES ? undefined : kept;
}
