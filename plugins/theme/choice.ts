import type { App } from '../../core/app.ts';
import type { Context } from '../../core/http/context.ts';
import { safeReturn } from '../../core/http/safe-return.ts';
import { seeOther } from '../../core/http/see-other.ts';

const COOKIE = 'rustio-theme';
/** Shared: one object per request would be kept for nothing. */
const ATTRIBUTES = { light: { 'data-theme': 'light' }, dark: { 'data-theme': 'dark' } } as const;
const YEAR_MS = 365 * 24 * 3600 * 1000;

/** Reads the choice; anything but the two words counts as none. */
export async function readTheme(ctx: Context, next: () => Promise<void>): Promise<void> {
  const chosen = ctx.cookies.get(COOKIE);
  if (chosen === 'light' || chosen === 'dark') ctx.state.htmlAttributes = ATTRIBUTES[chosen];
  await next();
}

/** What was chosen: `system` when nothing was. */
export function currentTheme({ state }: Context): 'light' | 'dark' | 'system' {
  const chosen = state.htmlAttributes['data-theme'];
  return chosen === 'light' || chosen === 'dark' ? chosen : 'system';
}

/** POST /+theme — `theme` is light, dark or system; goes back to the page where it was chosen. */
export function chooseTheme(ctx: Context, app: App): void {
  const chosen = ctx.state.form?.get('theme');
  const kept = chosen === 'light' || chosen === 'dark' ? chosen : null;
  ctx.cookies.set(COOKIE, kept, {
    httpOnly: true,
    sameSite: 'lax',
    path: app.urls.to('/'),
    maxAge: kept === null ? 0 : YEAR_MS,
    secure: app.urls.publicOrigin.startsWith('https:'),
    signed: false,
  });
  seeOther(ctx, safeReturn(ctx.state.form?.get('next'), app.urls.to('/')));
}
