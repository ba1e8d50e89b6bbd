import { readdirSync, readFileSync } from 'node:fs';
import ejs from 'ejs';
import type { App } from '../app.ts';
import { encodeUtf8 } from '../base/bytes.ts';
import { nearest } from '../base/nearest.ts';
import { invalidView, unknownView } from '../errors/http.ts';
import { isRightToLeft } from '../messages/direction.ts';
import type { FrameData, Include, MailHelpers, PageHelpers, Views } from '../request/views.ts';
import { escapeHtml } from '../view/escape.ts';
import { blocksFor, hasPassedGates, helpersFor, selectFrame } from './layout.ts';

type Template = (locals: object) => string;
type Writable<T> = { -readonly [P in keyof T]: T[P] };

/**
 * A folder of views. `prefix`: `admin` for `admin/list`; undefined for a folder that has one subfolder per prefix (the project's).
 * `names`: the full names of another owner's views that the folder replaces; only these are used.
 */
export type ViewSource =
  | { readonly prefix: string | undefined; readonly folder: URL }
  | { readonly names: readonly string[]; readonly folder: URL };

/** Compiles all views at startup, so that an error in one stops startup and requests never read from disk. */
export function createViews(sources: readonly ViewSource[], app: () => App): Views {
  const templates = new Map<string, Template>();
  for (const { name, file } of sources.flatMap(viewFiles)) {
    if (!templates.has(name)) templates.set(name, compile(name, file));
  }
  const render = (view: string, it: object): string => {
    const template = templates.get(view);
    if (!template) throw unknownView({ view, suggestion: nearest(view, [...templates.keys()]) ?? '' });
    return template(it);
  };
  // Shared by all requests: a closure per request would keep everything that it captures alive until a major garbage collection.
  const include: Include = (view: string, it: object, more?: object): string =>
    render(view, more === undefined ? it : { ...it, ...more });
  return {
    names: [...templates.keys()],
    originals: sources
      .flatMap((source) => ('prefix' in source && source.prefix !== undefined ? viewFiles(source) : []))
      .map(({ name }) => name),
    overridden: sources.flatMap((source) => ('names' in source ? viewFiles(source) : [])).map(({ name }) => name),
    partial: (view, data) => render(view, { ...data, include }),
    page(ctx, view, data) {
      const isFullySignedIn = hasPassedGates(ctx, app());
      const it: PageHelpers & Partial<Writable<FrameData>> = helpersFor(ctx, app(), isFullySignedIn, include);
      const blocks = blocksFor(ctx, app(), isFullySignedIn, it, render);
      // Added to the same object, because copying its forty properties would cost as much as rendering a small view.
      Object.assign(it, data);
      it.body = render(view, it);
      it.blocks = blocks;
      ctx.type = 'text/html; charset=utf-8';
      // Encoded once here: given a string, Koa and Node would each measure its length before encoding it.
      ctx.body = encodeUtf8(render(selectFrame(isFullySignedIn, data), it));
    },
    render(view, data, { locale = app().config.locale ?? 'en' } = {}) {
      const { config, messages, urls } = app();
      const dir = isRightToLeft(locale) ? 'rtl' : 'ltr';
      const helpers: MailHelpers = { t: messages.translate(locale), locale, dir, appName: config.name, urls, include };
      return render(view, { ...helpers, ...data });
    },
  };
}

function viewFiles(source: ViewSource): readonly { name: string; file: URL }[] {
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

/** EJS's types do not declare the last option. */
const OPTIONS: ejs.Options & { async: false; client: false; unsafePrototypeLocals: true } = {
  async: false,
  client: false,
  _with: false,
  strict: true,
  localsName: 'it',
  escape: escapeHtml,
  // Otherwise EJS copies `it` for every include, to keep user input out of the scope of a `with` statement. No `with` is used here,
  // and `it` is never built from a request.
  unsafePrototypeLocals: true,
};

/** Compiled templates by file, shared by all applications in one process, such as those of tests. */
const compiled = new Map<string, { readonly text: string; readonly template: Template }>();

function compile(name: string, file: URL): Template {
  try {
    const text = readFileSync(file, 'utf8');
    const known = compiled.get(file.href);
    if (known?.text === text) return known.template;
    const template = ejs.compile(text, {
      ...OPTIONS,
      // Plain text, such as that of an email, would show character references as they are.
      ...(name.endsWith('.txt') && { escape: (value?: unknown) => String(value ?? '') }),
      filename: file.pathname,
    });
    compiled.set(file.href, { text, template });
    return template;
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.message.split('\n').at(-1) ?? '') : String(cause);
    throw invalidView({ view: name, reason, file: file.pathname, cause });
  }
}
