import { createHash } from 'node:crypto';
import type { Context } from '../../core/http/context.ts';

/** What a form says about itself beside its values. */
export interface FormOrigin {
  /** Tells this very post from every other; undefined when the form brought no id (a hand-made request). */
  readonly post: string | undefined;
  readonly version: string | undefined;
}

/** These differ between two posts of the same: the token is masked anew, and two buttons do the same to the record. */
const NOT_PART = new Set(['~token', '~then']);

/**
 * A post is the same as another one when form, address and what was typed are: a double click, a reload. Who goes back to a page
 * that the browser kept, corrects something and sends it again has sent another one, and must not lose it.
 */
export function formOrigin(ctx: Context): FormOrigin {
  const { form } = ctx.state;
  const id = form?.get('~form') ?? '';
  const version = form?.get('~version');
  if (!form || id === '') return { post: undefined, version };
  const typed = [...form.names()].filter((name) => !NOT_PART.has(name)).map((name) => [name, form.all(name)]);
  const post = createHash('sha256')
    .update(JSON.stringify([ctx.path, typed]))
    .digest('base64url');
  return { post, version };
}
