/** Opens every page, follows every link and submits every form, and reports what does not work. */
import type { App } from '../../core/app.ts';
import { builtIn } from '../../plugins/built-in.ts';
import { unescaped } from '../plugins/admin/page.ts';
import { type Client, parseForms, type TestResponse } from './client.ts';

export interface CrawlOptions {
  /** Paths to open first. Only these can return 401 or 403, since no page links to them. */
  readonly start: readonly string[];
}

export interface CrawlReport {
  /** Every page with status 200, with its markup. */
  readonly pages: readonly { readonly path: string; readonly html: string }[];
  /** The actions of the forms that were submitted. */
  readonly submitted: readonly string[];
  /** Empty if everything works. */
  readonly problems: readonly string[];
}

/** Only this many paths and forms of the same shape are tried. */
const MAX_PER_SHAPE = 2;
/** Filters, sort orders and positions of a list could be combined indefinitely. */
const MAX_PARAMETERS = 1;
const MAX_REDIRECTS = 5;

export async function crawl(app: App, client: Client, { start }: CrawlOptions): Promise<CrawlReport> {
  const crawler = new Crawler(app, client);
  for (const path of start) crawler.offer(path);
  await crawler.openAll(new Set(start));
  await crawler.submitAll();
  return crawler;
}

interface PostForm {
  readonly page: string;
  readonly action: string;
  readonly rank: number;
}

class Crawler implements CrawlReport {
  readonly pages: { readonly path: string; readonly html: string }[] = [];
  readonly submitted: string[] = [];
  readonly problems: string[] = [];
  readonly #app: App;
  readonly #client: Client;
  readonly #mount: string;
  readonly #messageKey: RegExp;
  readonly #pending: string[] = [];
  readonly #seen = new Set<string>();
  readonly #shapes = new Map<string, number>();
  readonly #forms: PostForm[] = [];
  #isOpening = true;

  constructor(app: App, client: Client) {
    this.#app = app;
    this.#client = client;
    this.#mount = app.urls.to('/');
    const keys = [
      ...Object.keys(app.messages.core.en ?? {}),
      ...[...builtIn, ...app.plugins].flatMap(({ messages = {} }) => Object.keys(messages.en ?? {})),
    ];
    const first = [...new Set(keys.map((key) => key.split('.', 1)[0]))];
    this.#messageKey = new RegExp(
      `(?<![\\w./-])(?:${first.join('|')})\\.[a-z][A-Za-z]*(?:\\.[A-Za-z]+)*(?![\\w@])`,
      'g',
    );
  }

  /** Adds a path to the pages to open, unless enough with the same shape were added. */
  offer(path: string): void {
    if (this.#seen.has(path) || !this.#isOpening) return;
    this.#seen.add(path);
    if (new Set(new URL(path, 'http://desk').searchParams.keys()).size > MAX_PARAMETERS) return;
    if (this.#isEnough(shapeOf(path))) return;
    this.#pending.push(path);
  }

  async openAll(start: ReadonlySet<string>): Promise<void> {
    for (let path = this.#pending.shift(); path !== undefined; path = this.#pending.shift()) {
      const response = await this.#client.get(path);
      const { status, location } = response;
      if (![200, 303, ...(start.has(path) ? [401, 403] : [])].includes(status))
        this.problems.push(`GET ${path}: ${status}`);
      if (location !== '') this.#checkPath('GET', location, path, 'redirect');
      if (location !== '') this.offer(location);
      this.#inspect(path, response);
    }
    this.#isOpening = false;
  }

  /** Deletions and signing out come last. Each form is read again, because earlier ones may have changed it. */
  async submitAll(): Promise<void> {
    let mayBeDeleted = false;
    for (const { page, action, rank } of this.#forms.toSorted((a, b) => a.rank - b.rank)) {
      const { status, text } = await this.#client.get(page);
      if (status !== 200 && mayBeDeleted) continue;
      const form = parseForms(text).find((each) => (each.action || page.split('?', 1)[0]) === action);
      if (status !== 200 || !form) {
        if (!mayBeDeleted) this.problems.push(`${page}: the form to ${action} no longer exists (${status})`);
        continue;
      }
      this.submitted.push(action);
      const response = await this.#client.post(action, form.fields);
      // 401: the password was left empty. 409, 422: the form is shown again with its problems.
      if (![200, 303, 401, 409, 422].includes(response.status))
        this.problems.push(`POST ${action}: ${response.status}`);
      this.#inspect(`${action} (posted)`, response);
      await this.#follow(response.location, action);
      mayBeDeleted ||= rank > 0;
    }
  }

  async #follow(location: string, from: string): Promise<void> {
    let next = location;
    for (let hops = 0; next !== ''; hops += 1) {
      if (hops === MAX_REDIRECTS) return void this.problems.push(`${from}: too many redirects`);
      const response = await this.#client.get(next);
      if (![200, 303].includes(response.status)) this.problems.push(`${from} leads to ${next}: ${response.status}`);
      this.#inspect(next, response);
      next = response.location;
    }
  }

  #inspect(path: string, { status, text, headers }: TestResponse): void {
    if (!(headers.get('content-type') ?? '').startsWith('text/html')) return;
    if (status === 200) this.pages.push({ path, html: text });
    this.#checkPaths(path, text);
    this.#checkForms(path, text, status);
    this.#checkControls(path, text);
    const visible = text.replace(/<[^>]*>/g, (tag) =>
      [...tag.matchAll(/\s(?:title|aria-label|placeholder|alt)="([^"]*)"/g)].map(([, words]) => ` ${words} `).join(' '),
    );
    // Names of permissions and jobs look like message keys, and are shown where they have been granted and listed.
    const names = [...this.#app.permissions, ...this.#app.contributions('jobs.tasks').map((task) => task.name)];
    const key = (unescaped(visible).match(this.#messageKey) ?? []).find((each) => !names.includes(each));
    if (key !== undefined) this.problems.push(`${path}: shows the key "${key}"`);
    if (/\bundefined\b|\[object Object\]/.test(visible)) this.problems.push(`${path}: shows "undefined" or an object`);
  }

  /** Every attribute that contains a path of the application. */
  #checkPaths(page: string, html: string): void {
    for (const [, name = '', value = ''] of html.matchAll(/\s([a-z-]+)="([^"]*)"/g)) {
      const path = unescaped(value);
      if (name === 'action' || !(path === this.#mount || /^[/?#]/.test(path.slice(this.#mount.length)))) continue;
      if (!path.startsWith(this.#mount)) continue;
      this.#checkPath('GET', path, page, name);
    }
    for (const [tag] of html.matchAll(/<a\b[^>]*>/g)) {
      const href = /\shref="([^"]*)"/.exec(tag)?.[1];
      if (href === undefined || href === '') this.problems.push(`${page}: a link without a target: ${tag}`);
      else if (href.startsWith('?')) this.offer(page.split('?', 1)[0] + unescaped(href));
      else if (href.startsWith(this.#mount)) this.offer(unescaped(href));
      else if (href.startsWith('#')) this.#checkId(page, html, href.slice(1));
    }
  }

  #checkForms(page: string, html: string, status: number): void {
    const tags = [...html.matchAll(/<form\b[^>]*>/g)].map(([tag]) => tag);
    parseForms(html).forEach((form, index) => {
      const tag = tags[index] ?? '';
      if (/\smethod="dialog"/.test(tag)) return;
      const action = form.action || page.split('?', 1)[0] || page;
      const isPost = /\smethod="post"/i.test(tag);
      this.#checkPath(isPost ? 'POST' : 'GET', action, page, 'form');
      if (!isPost) {
        const query = new URLSearchParams();
        for (const [name, value] of Object.entries(form.fields))
          for (const each of typeof value === 'string' ? [value] : value) query.append(name, each);
        this.offer(query.size === 0 ? action : `${action}?${query}`);
      } else if (status === 200 && this.#isOpening && !this.#isEnough(`POST ${shapeOf(action)}`)) {
        this.#forms.push({ page, action, rank: rankOf(action) });
      }
    });
  }

  #checkControls(page: string, html: string): void {
    const outside = html.replace(/<form\b[\s\S]*?<\/form>/g, '');
    for (const [tag] of outside.matchAll(/<button\b[^>]*>/g)) {
      if (!/\s(type="button"|form=)/.test(tag)) this.problems.push(`${page}: a button without a form: ${tag}`);
    }
    for (const [, ids = ''] of html.matchAll(/\s(?:popovertarget|form|for|aria-describedby)="([^"]*)"/g)) {
      for (const id of ids.split(' ')) this.#checkId(page, html, id);
    }
  }

  #checkId(page: string, html: string, id: string): void {
    if (!html.includes(` id="${id}"`)) this.problems.push(`${page}: nothing has the id "${id}"`);
  }

  #checkPath(method: string, path: string, page: string, what: string): void {
    const { pathname } = new URL(path, 'http://desk');
    const assets = this.#app.urls.to('/+assets/');
    const exists = pathname.startsWith(assets)
      ? !pathname.startsWith(`${assets}missing/`)
      : this.#app.routes.some((route) => route.method === method && this.#matches(route.path, pathname));
    if (!exists) this.problems.push(`${page}: no route for ${method} ${path} (${what})`);
  }

  #matches(pattern: string, path: string): boolean {
    const expected = pattern.split('/');
    const actual = path.split('/');
    return (
      expected.length === actual.length &&
      expected.every((part, index) => {
        if (part === ':model') return this.#app.models.bySlug(actual[index] ?? '') !== undefined;
        return part.startsWith(':') ? actual[index] !== '' : part === actual[index];
      })
    );
  }

  #isEnough(shape: string): boolean {
    const seen = (this.#shapes.get(shape) ?? 0) + 1;
    this.#shapes.set(shape, seen);
    return seen > MAX_PER_SHAPE;
  }
}

/** `/admin/notes/17/+edit?f.state=open` → `admin/notes/:key/+edit/f.state`. */
function shapeOf(path: string): string {
  const { pathname, searchParams } = new URL(path, 'http://desk');
  const [, mount, list = '', key = '', ...rest] = pathname.split('/');
  const isOwn = key === '' || key.startsWith('+') || list === 'account';
  const names = [...new Set(searchParams.keys())].toSorted().join(' ');
  return [
    mount,
    list,
    isOwn ? key : ':key',
    ...rest.map((part) => (/^[0-9a-f-]{20,}$/.test(part) ? ':id' : part)),
    names,
  ].join('/');
}

/** The order of forms: deletions and signing out come last, recovery before the account is deactivated. */
function rankOf(action: string): number {
  if (/\/account-recovery\/\d+$/.test(action)) return -1;
  if (/\/(logout|end|end-others)$/.test(action)) return 2;
  return action.endsWith('/+delete') ? 1 : 0;
}
