import { readdirSync, readFileSync } from 'node:fs';
import ejs from 'ejs';
import type { App } from '../app.ts';
import { RustioError } from '../errors.ts';
import type { NavigationItem } from '../extension-points.ts';
import { isPassed } from '../http/access.ts';
import type { Context } from '../http/context.ts';
import { consumeFlash } from '../http/flash.ts';
import { formToken } from '../http/form-token.ts';
import { homeOf } from '../http/home.ts';
import { nearest } from '../model/nearest.ts';
import { isRightToLeft } from './direction.ts';
import { escapeHtml } from './escape.ts';

type Template = (locals: object) => string;
/** What a page brings. */
export type ViewData = Readonly<Record<string, unknown>>;

/**
 * Renders EJS. A template sees one local, `it`: the page's data and the helpers of `helpersFor`. `<%= %>` escapes;
 * `<%- %>` is for `it.include(…)` and for cells that a kind has made.
 */
export interface Views {
  /**
   * Answers with a page in the frame. `data.frame` is `'bare'` for pages without navigation, or the name of another view that
   * frames it: that one gets the page as `it.body`.
   *
   * @example
   * app.views.page(ctx, 'holidays/list', { title: ctx.state.t('holidays.title'), holidays });
   */
  page(ctx: Context, view: string, data: ViewData): void;
  /** The markup of one view, as text. */
  partial(view: string, data: ViewData): string;
  /**
   * A view outside a request, for mails: with messages in a language, without a reader.
   *
   * @example
   * const html = app.views.render('mail/welcome', { name }, { locale: 'ar' });
   */
  render(view: string, data: ViewData, options?: { readonly locale?: string }): string;
  /** Names of all views. */
  readonly names: readonly string[];
  /** Those that core and plugins bring under their own names, and those that a plugin replaces. */
  readonly originals: readonly string[];
  readonly overridden: readonly string[];
}

/**
 * A folder of views. `prefix`: `admin` for `admin/list`; undefined for a folder that holds one folder per prefix (the project's).
 * `names`: only these, under their own names, which belong to somebody else.
 */
export type ViewSource =
  | { readonly prefix: string | undefined; readonly folder: URL }
  | { readonly names: readonly string[]; readonly folder: URL };

/** Compiles every view once, at the boot: a mistake in one stops it there, and a request never touches the disk. */
export function createViews(sources: readonly ViewSource[], app: () => App): Views {
  const templates = new Map<string, Template>();
  for (const { name, file } of sources.flatMap(filesOf)) {
    if (!templates.has(name)) templates.set(name, compile(name, file));
  }
  const render = (view: string, it: ViewData): string => {
    const template = templates.get(view);
    if (!template) throw unknownView(view, [...templates.keys()]);
    return template(it);
  };
  // One shared function: a closure per request would keep everything that it captures until a major collection.
  const include = (view: string, it: ViewData, more?: ViewData): string =>
    render(view, more === undefined ? it : { ...it, ...more });
  return {
    names: [...templates.keys()],
    originals: sources
      .flatMap((source) => ('prefix' in source && source.prefix !== undefined ? filesOf(source) : []))
      .map(({ name }) => name),
    overridden: sources.flatMap((source) => ('names' in source ? filesOf(source) : [])).map(({ name }) => name),
    partial: (view, data) => render(view, { ...data, include }),
    page(ctx, view, data) {
      const it = { ...helpersFor(ctx, app()), include, ...data };
      const body = render(view, it);
      const blocks = blocksFor(ctx, app(), (name, more) => render(name, { ...it, ...more }));
      ctx.type = 'text/html; charset=utf-8';
      // As bytes, made once: a string would be measured by Koa, measured again by Node, and only then turned into bytes.
      ctx.body = Buffer.from(render(frameOf(ctx, app(), data), { ...it, body, blocks }));
    },
    render(view, data, { locale = app().config.locale ?? 'en' } = {}) {
      const { config, messages, urls } = app();
      const dir = isRightToLeft(locale) ? 'rtl' : 'ltr';
      return render(view, { t: messages.translate(locale), locale, dir, appName: config.name, urls, include, ...data });
    },
  };
}

/** What every template finds in `it` beside the page's own data. */
function helpersFor(ctx: Context, app: App): ViewData {
  const { t, locale, timeZone, htmlAttributes, actor, correlationId, csrfSecret } = ctx.state;
  return {
    t,
    locale,
    dir: isRightToLeft(locale) ? 'rtl' : 'ltr',
    timeZone,
    htmlAttributes,
    actor,
    correlationId,
    path: ctx.path,
    appName: app.config.name,
    dev: app.dev,
    urls: app.urls,
    homeUrl: homeOf(app),
    formToken: csrfSecret === undefined ? '' : formToken(csrfSecret),
    message: consumeFlash(ctx, app),
    navigation: navigationFor(ctx, app),
  };
}

function frameOf(ctx: Context, app: App, { frame }: ViewData): string {
  if (typeof frame === 'string' && frame !== 'bare') return frame;
  return frame === 'bare' || !isFullySignedIn(ctx, app) ? 'layout/bare' : 'layout/frame';
}

/**
 * Whether the reader has passed every gate. Until then no page, error pages included, shows what they may open: the sign-in
 * may not be theirs.
 */
function isFullySignedIn(ctx: Context, app: App): boolean {
  if (ctx.state.actor.kind !== 'person') return false;
  return app.plugins.every(({ gates = [] }) => gates.every((gate) => isPassed(gate, ctx)));
}

const BLOCK_POINTS = [
  'layout.head',
  'layout.banner',
  'layout.navigationTop',
  'layout.userMenu',
  'layout.footer',
] as const;
/** Markup by extension point: `it.blocks['layout.userMenu']`. */
type Blocks = Record<(typeof BLOCK_POINTS)[number], string>;

/** The markup that plugins contribute to the frame, for this reader. */
function blocksFor(ctx: Context, app: App, render: (view: string, data: ViewData) => string): Readonly<Blocks> {
  const blocks: Blocks = {
    'layout.head': '',
    'layout.banner': '',
    'layout.navigationTop': '',
    'layout.userMenu': '',
    'layout.footer': '',
  };
  const mayAsk = ctx.state.actor.kind === 'anonymous' || isFullySignedIn(ctx, app);
  for (const point of BLOCK_POINTS) {
    for (const block of app.contributions(point)) {
      if (block.access !== undefined && !(mayAsk && app.access.decide(ctx, block.access) === 'allow')) continue;
      const data = block.data === undefined ? {} : block.data(ctx, app);
      if (data !== undefined) blocks[point] += render(block.view, data);
    }
  }
  return blocks;
}

interface NavigationGroup {
  readonly label: string;
  readonly items: readonly { readonly label: string; readonly url: string; readonly current: boolean }[];
}

function navigationFor(ctx: Context, app: App): readonly NavigationGroup[] {
  if (!isFullySignedIn(ctx, app)) return [];
  const groups = new Map<string, { label: string; url: string; current: boolean }[]>();
  for (const item of app.contributions('layout.navigation')) {
    if (app.access.decide(ctx, item.access) !== 'allow') continue;
    const entry = entryOf(item, ctx, app);
    const group = groups.get(item.group ?? '');
    if (group) group.push(entry);
    else groups.set(item.group ?? '', [entry]);
  }
  return [...groups].map(([label, items]) => ({ label: label === '' ? '' : ctx.state.t(label), items }));
}

function entryOf(item: NavigationItem, ctx: Context, app: App): { label: string; url: string; current: boolean } {
  const url = app.urls.to(item.path);
  const current = ctx.path === url || (item.path !== '/' && ctx.path.startsWith(`${url}/`));
  const { t } = ctx.state;
  return { label: typeof item.label === 'string' ? t(item.label) : item.label(t), url, current };
}

function filesOf(source: ViewSource): readonly { name: string; file: URL }[] {
  const { folder } = source;
  const files = namesIn(folder).filter((name) => name.endsWith('.ejs'));
  if ('names' in source) {
    return source.names
      .filter((name) => files.includes(`${name}.ejs`))
      .map((name) => ({ name, file: new URL(`${name}.ejs`, folder) }));
  }
  return files.map((name) => ({
    name: (source.prefix === undefined ? name : `${source.prefix}/${name}`).slice(0, -'.ejs'.length),
    file: new URL(name, folder),
  }));
}

function namesIn(folder: URL): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => name.replaceAll('\\', '/'));
  } catch {
    return [];
  }
}

/** The types of EJS do not know the last one. */
const OPTIONS: ejs.Options & { async: false; client: false; unsafePrototypeLocals: true } = {
  async: false,
  client: false,
  _with: false,
  strict: true,
  localsName: 'it',
  escape: escapeHtml,
  // Else EJS copies `it` for every include, to keep what a stranger sent from being taken for names inside a `with`. Here
  // there is no `with`, and `it` is made below and by pages, never out of a request.
  unsafePrototypeLocals: true,
};

function compile(name: string, file: URL): Template {
  try {
    return ejs.compile(readFileSync(file, 'utf8'), { ...OPTIONS, filename: file.pathname });
  } catch (cause) {
    throw new RustioError(
      'RIO-VIEW-COMPILE',
      {
        problem: `The view "${name}" does not compile.`,
        why: cause instanceof Error ? (cause.message.split('\n').at(-1) ?? '') : String(cause),
        fix: `Mend ${file.pathname}.`,
        retry: 'After the change.',
      },
      { cause },
    );
  }
}

function unknownView(view: string, known: readonly string[]): RustioError {
  const meant = nearest(view, known);
  return new RustioError('RIO-VIEW-UNKNOWN', {
    problem: `There is no view "${view}".`,
    why: 'Views come from the `templates` folders of the plugins and of the project.',
    fix: meant === undefined ? 'Check the name.' : `Did you mean "${meant}"?`,
    retry: 'After the change.',
  });
}
