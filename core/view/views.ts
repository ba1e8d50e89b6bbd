import { readdirSync, readFileSync } from 'node:fs';
import ejs from 'ejs';
import type { App } from '../app.ts';
import { RustioError } from '../errors.ts';
import type { Context } from '../http/context.ts';
import { takeMessage } from '../http/flash.ts';
import { formToken } from '../http/form-token.ts';
import { nearest } from '../model/nearest.ts';
import type { NavigationItem } from '../plugin.ts';
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
   * Answers with a page in the frame. `data.frame` is `'bare'` for pages without navigation.
   *
   * @example
   * app.views.page(ctx, 'holidays/list', { title: ctx.state.t('holidays.title'), holidays });
   */
  page(ctx: Context, view: string, data: ViewData): void;
  /** The markup of one view, as text. */
  partial(view: string, data: ViewData): string;
  /** Names of all views, for `rustio-admin override` and the checks. */
  readonly names: readonly string[];
}

/** Where views come from: folders by the name before the slash, the project's own first. */
export interface ViewSource {
  /** `admin` for `admin/list`; undefined: a folder that holds one folder a name (the project's). */
  readonly prefix: string | undefined;
  readonly folder: URL;
}

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
    partial: (view, data) => render(view, { ...data, include }),
    page(ctx, view, data) {
      const it = { ...helpersFor(ctx, app()), include, ...data };
      const frame = data.frame === 'bare' || ctx.state.actor.kind !== 'person' ? 'layout/bare' : 'layout/frame';
      const body = render(view, it);
      ctx.type = 'text/html; charset=utf-8';
      // As bytes, made once: a string would be measured by Koa, measured again by Node, and only then turned into bytes.
      ctx.body = Buffer.from(render(frame, { ...it, body }));
    },
  };
}

/** What every template finds in `it` beside the page's own data. */
function helpersFor(ctx: Context, app: App): ViewData {
  const { t, locale, timeZone, theme, actor, correlationId, formSecret } = ctx.state;
  return {
    t,
    locale,
    dir: isRightToLeft(locale) ? 'rtl' : 'ltr',
    timeZone,
    theme,
    actor,
    correlationId,
    path: ctx.path,
    appName: app.config.name,
    dev: app.dev,
    urls: app.urls,
    formToken: formSecret === undefined ? '' : formToken(formSecret),
    message: takeMessage(ctx, app),
    navigation: navigationFor(ctx, app),
  };
}

interface NavigationGroup {
  readonly label: string;
  readonly items: readonly { readonly label: string; readonly url: string; readonly current: boolean }[];
}

function navigationFor(ctx: Context, app: App): readonly NavigationGroup[] {
  if (ctx.state.actor.kind !== 'person') return [];
  const groups = new Map<string, { label: string; url: string; current: boolean }[]>();
  for (const item of navigationOf(app)) {
    if (app.access.judge(ctx, item.access) !== 'pass') continue;
    const entry = entryOf(item, ctx, app);
    const group = groups.get(item.group ?? '');
    if (group) group.push(entry);
    else groups.set(item.group ?? '', [entry]);
  }
  return [...groups].map(([label, items]) => ({ label: label === '' ? '' : ctx.state.t(label), items }));
}

const sorted = new WeakMap<App, readonly NavigationItem[]>();

function navigationOf(app: App): readonly NavigationItem[] {
  const items = sorted.get(app) ?? app.slot('navigation').toSorted(byRank);
  sorted.set(app, items);
  return items;
}

function byRank(one: NavigationItem, other: NavigationItem): number {
  return (one.rank ?? 0) - (other.rank ?? 0);
}

function entryOf(item: NavigationItem, ctx: Context, app: App): { label: string; url: string; current: boolean } {
  const url = app.urls.to(item.path);
  const current = ctx.path === url || (item.path !== '/' && ctx.path.startsWith(`${url}/`));
  const { t } = ctx.state;
  return { label: typeof item.label === 'string' ? t(item.label) : item.label(t), url, current };
}

function filesOf({ prefix, folder }: ViewSource): readonly { name: string; file: URL }[] {
  const files = namesIn(folder).filter((name) => name.endsWith('.ejs'));
  return files.map((name) => ({
    name: (prefix === undefined ? name : `${prefix}/${name}`).slice(0, -'.ejs'.length),
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
