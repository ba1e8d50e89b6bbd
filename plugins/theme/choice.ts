import type { App } from '../../core/app.ts';
import { cookieName } from '../../core/http/cookie-name.ts';
import { safeReturn, seeOther } from '../../core/http/redirect.ts';
import type { Context, StagedMiddleware } from '../../core/request/context.ts';

const COOKIE = 'rustio-theme';
/** Shared constants instead of one object per request. */
const ATTRIBUTES = { light: { 'data-theme': 'light' }, dark: { 'data-theme': 'dark' } } as const;
const YEAR_MS = 365 * 24 * 3600 * 1000;

/** Middleware that reads the user's choice; any other value counts as no choice. */
export function themeReader(app: Pick<App, 'config' | 'urls'>): StagedMiddleware['run'] {
  // fault: theme-of-all-projects
  const name = cookieName(COOKIE, app);
  return async (ctx, next) => {
    const chosen = ctx.cookies.get(name);
    if (chosen === 'light' || chosen === 'dark') ctx.state.htmlAttributes = ATTRIBUTES[chosen];
    await next();
  };
}

/** A type alias rather than an interface, because it passes through an extension point. */
type SwitchView = {
  readonly action: string;
  readonly theme: 'light' | 'dark' | 'system';
  readonly next: string;
  /** It is below a heading, with room for the names of the themes. */
  readonly titled?: boolean;
};

declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'theme/switch': SwitchView;
  }
}

/** The switch showing the user's choice; `system` if they have not made one. */
export function themeSwitch({ state, url, path }: Context, app: App): SwitchView {
  // A form that was rejected is shown at the path that it was sent to, which may not be a page;
  // the page of the form is one level up.
  const isPage = app.routes.some((each) => each.method === 'GET' && each.path === state.route?.path);
  const chosen = state.htmlAttributes['data-theme'];
  const theme = chosen === 'light' || chosen === 'dark' ? chosen : 'system';
  // Includes the query string, and so the filters and order of a list.
  return { action: app.urls.to('/+theme'), theme, next: isPage ? url : path.slice(0, path.lastIndexOf('/')) };
}

/** The same, in a section of the profile. */
export function themeSection(ctx: Context, app: App): SwitchView {
  return { ...themeSwitch(ctx, app), titled: true };
}

/** POST /+theme: `theme` is light, dark or system. Redirects back to the page where it was chosen. */
export function chooseTheme(ctx: Context, app: App): void {
  const chosen = ctx.state.form?.get('theme');
  const kept = chosen === 'light' || chosen === 'dark' ? chosen : null;
  ctx.cookies.set(cookieName(COOKIE, app), kept, {
    httpOnly: true,
    sameSite: 'lax',
    path: app.urls.to('/'),
    maxAge: kept === null ? 0 : YEAR_MS,
    secure: app.urls.publicOrigin.startsWith('https:'),
    signed: false,
  });
  seeOther(ctx, safeReturn(ctx.state.form?.get('next'), app.urls.to('/')));
}
