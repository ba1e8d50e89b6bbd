/** A reader who opens every page, follows every link and submits every form, and reports what leads nowhere. */
import type { App } from '../../core/app.ts';
import { builtIn } from '../../plugins/order.ts';
import { unescaped } from '../plugins/admin/page.ts';
import { type Answer, type Client, formsOf } from './client.ts';

export interface CrawlOptions {
  /** Paths that are opened first. Only these may answer 401 or 403, for nothing has offered them. */
  readonly start: readonly string[];
}

export interface CrawlReport {
  /** Every page that answered 200, with its markup. */
  readonly pages: readonly { readonly path: string; readonly html: string }[];
  /** The actions of the forms that were submitted. */
  readonly submitted: readonly string[];
  /** Empty when everything leads somewhere. */
  readonly problems: readonly string[];
}

/** Of paths and forms of one shape only the first few are tried. */
const MAX_OF_A_SHAPE = 2;
/** Filters, orders and positions of a list combine without end. */
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
  readonly #waiting: string[] = [];
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

  /** Puts a path on the list of pages to open, unless enough like it are there. */
  offer(path: string): void {
    if (this.#seen.has(path) || !this.#isOpening) return;
    this.#seen.add(path);
    if (new Set(new URL(path, 'http://desk').searchParams.keys()).size > MAX_PARAMETERS) return;
    if (this.#isEnough(shapeOf(path))) return;
    this.#waiting.push(path);
  }

  async openAll(start: ReadonlySet<string>): Promise<void> {
    for (let path = this.#waiting.shift(); path !== undefined; path = this.#waiting.shift()) {
      const answer = await this.#client.get(path);
      const { status, location } = answer;
      if (![200, 303, ...(start.has(path) ? [401, 403] : [])].includes(status))
        this.problems.push(`GET ${path}: ${status}`);
      if (location !== '') this.#checkPath('GET', location, path, 'redirect');
      if (location !== '') this.offer(location);
      this.#inspect(path, answer);
    }
    this.#isOpening = false;
  }

  /** Deletions and the end of the sign-in come last. Each form is read afresh, for what came before may have changed it. */
  async submitAll(): Promise<void> {
    let mayBeGone = false;
    for (const { page, action, rank } of this.#forms.toSorted((one, other) => one.rank - other.rank)) {
      const { status, text } = await this.#client.get(page);
      if (status !== 200 && mayBeGone) continue;
      const form = formsOf(text).find((each) => (each.action || page.split('?', 1)[0]) === action);
      if (status !== 200 || !form) {
        if (!mayBeGone) this.problems.push(`${page}: the form to ${action} is not there any more (${status})`);
        continue;
      }
      this.submitted.push(action);
      const answer = await this.#client.post(action, form.fields);
      // 401: the wrong password, for none was typed. 409, 422: the form comes back with what is wrong.
      if (![200, 303, 401, 409, 422].includes(answer.status)) this.problems.push(`POST ${action}: ${answer.status}`);
      this.#inspect(`${action} (posted)`, answer);
      await this.#follow(answer.location, action);
      mayBeGone ||= rank > 0;
    }
  }

  async #follow(location: string, from: string): Promise<void> {
    let next = location;
    for (let hops = 0; next !== ''; hops += 1) {
      if (hops === MAX_REDIRECTS) return void this.problems.push(`${from}: redirects without end`);
      const answer = await this.#client.get(next);
      if (![200, 303].includes(answer.status)) this.problems.push(`${from} leads to ${next}: ${answer.status}`);
      this.#inspect(next, answer);
      next = answer.location;
    }
  }

  #inspect(path: string, { status, text, headers }: Answer): void {
    if (!(headers.get('content-type') ?? '').startsWith('text/html')) return;
    if (status === 200) this.pages.push({ path, html: text });
    this.#checkPaths(path, text);
    this.#checkForms(path, text, status);
    this.#checkControls(path, text);
    const visible = text.replace(/<[^>]*>/g, (tag) =>
      [...tag.matchAll(/\s(?:title|aria-label|placeholder|alt)="([^"]*)"/g)].map(([, words]) => ` ${words} `).join(' '),
    );
    // Names of permissions look like keys, and are shown where somebody was granted one.
    const key = (unescaped(visible).match(this.#messageKey) ?? []).find(
      (each) => !this.#app.permissions.includes(each),
    );
    if (key !== undefined) this.problems.push(`${path}: shows the key "${key}"`);
    if (/\bundefined\b|\[object Object\]/.test(visible)) this.problems.push(`${path}: shows "undefined" or an object`);
  }

  /** Every attribute that holds a path of ours, whatever it is for. */
  #checkPaths(page: string, html: string): void {
    for (const [, name = '', value = ''] of html.matchAll(/\s([a-z-]+)="([^"]*)"/g)) {
      const path = unescaped(value);
      if (name === 'action' || !(path === this.#mount || /^[/?#]/.test(path.slice(this.#mount.length)))) continue;
      if (!path.startsWith(this.#mount)) continue;
      this.#checkPath('GET', path, page, name);
    }
    for (const [tag] of html.matchAll(/<a\b[^>]*>/g)) {
      const href = /\shref="([^"]*)"/.exec(tag)?.[1];
      if (href === undefined || href === '') this.problems.push(`${page}: a link without address: ${tag}`);
      else if (href.startsWith('?')) this.offer(page.split('?', 1)[0] + unescaped(href));
      else if (href.startsWith(this.#mount)) this.offer(unescaped(href));
      else if (href.startsWith('#')) this.#checkId(page, html, href.slice(1));
    }
  }

  #checkForms(page: string, html: string, status: number): void {
    const tags = [...html.matchAll(/<form\b[^>]*>/g)].map(([tag]) => tag);
    formsOf(html).forEach((form, index) => {
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
        const rank = /\/(logout|end|end-others)$/.test(action) ? 2 : action.endsWith('/+delete') ? 1 : 0;
        this.#forms.push({ page, action, rank });
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
    const wanted = pattern.split('/');
    const given = path.split('/');
    return (
      wanted.length === given.length &&
      wanted.every((part, index) => {
        if (part === ':model') return this.#app.models.bySlug(given[index] ?? '') !== undefined;
        return part.startsWith(':') ? given[index] !== '' : part === given[index];
      })
    );
  }

  #isEnough(shape: string): boolean {
    const seen = (this.#shapes.get(shape) ?? 0) + 1;
    this.#shapes.set(shape, seen);
    return seen > MAX_OF_A_SHAPE;
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
