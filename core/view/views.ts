import type { Context } from '../http/context.ts';

/**
 * Renders EJS. `render` puts the page into the frame (`layout/frame`), `partial` gives the markup alone.
 * A template sees one local, `it`: the data, and the helpers of `ViewHelpers`.
 */
export interface Views {
  page(ctx: Context, view: string, data: Readonly<Record<string, unknown>>): void;
  partial(view: string, data: Readonly<Record<string, unknown>>): string;
}
