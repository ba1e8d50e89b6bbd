import { readdirSync, readFileSync } from 'node:fs';
import ejs from 'ejs';
import type { App } from '../app.ts';
import { RustioError } from '../errors.ts';
import { nearest } from '../model/nearest.ts';
import { isRightToLeft } from './direction.ts';
import { escapeHtml } from './escape.ts';
import { blocksFor, frameOf, helpersFor } from './frame.ts';
import type { ViewData, Views } from './views.ts';

type Template = (locals: object) => string;

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
        fix: `Correct ${file.pathname}.`,
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
