// An HTTP client for tests: keeps cookies, submits forms with the values in their pages, does not follow redirects.

/** A response. */
export interface TestResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The redirect target; empty if the response is not a redirect. */
  readonly location: string;
  /** The body parsed as JSON; throws if it is not valid JSON. */
  json(): unknown;
}

/** Form values by name; several values with the same name are an array. */
export interface FormFields {
  readonly [name: string]: string | readonly string[];
}

/**
 * Decodes dashes and quotation marks, which pages contain as numeric references.
 *
 * @example
 * assert.match(decodeEntities(page.text), /It’s done/);
 */
export function decodeEntities(html: string): string {
  return html.replace(/&#(8[0-3]\d\d);/g, (_, code) => String.fromCharCode(Number(code)));
}

/**
 * Behaves like a browser without scripts.
 *
 * @example
 * const client = app.client();
 * await client.signIn('ada@example.org', PASSWORD);
 * const page = await client.get('/admin/orders');
 * const saved = await client.submit('/admin/orders/+new', { name: 'First' });
 * const created = await client.json('POST', '/api/notes', { text: 'Hello' }, { authorization: 'Bearer …' });
 */
export class Client {
  /** For example `http://127.0.0.1:40123`. */
  readonly origin: string;
  readonly #mountPath: string;
  readonly #cookies = new Map<string, string>();

  /** `mountPath` is the path of the application's pages, for `signIn`. */
  constructor(origin: string, mountPath = '/admin') {
    this.origin = origin;
    this.#mountPath = mountPath;
  }

  cookie(name: string): string | undefined {
    return this.#cookies.get(name);
  }

  setCookie(name: string, value: string): void {
    this.#cookies.set(name, value);
  }

  get(path: string, headers: Record<string, string> = {}): Promise<TestResponse> {
    return this.request('GET', path, undefined, headers);
  }

  /** Posts form fields with the headers that a browser sends from a page of the application. */
  post(path: string, fields: FormFields, headers: Record<string, string> = {}): Promise<TestResponse> {
    return this.request('POST', path, encode(fields), {
      'content-type': 'application/x-www-form-urlencoded',
      'sec-fetch-site': 'same-origin',
      origin: this.origin,
      ...headers,
    });
  }

  /** Sends a value as JSON, like an API client: with cookies, but without browser headers. */
  json(method: string, path: string, value?: unknown, headers: Record<string, string> = {}): Promise<TestResponse> {
    const body = value === undefined ? undefined : JSON.stringify(value);
    const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
    return this.request(method, path, body, { accept: 'application/json', ...type, ...headers });
  }

  /**
   * Opens a page and posts one of its forms with the form's values, including hidden ones, overridden by `fields`. `null` omits a
   * field. Without `action`, it chooses the form that posts to the page itself, or else the only one that has all of `fields`.
   *
   * @throws Error when the status of the page is not 200, or it has no such form.
   *
   * @example
   * await client.submit('/admin/orders/+new', { name: 'First' });
   * await client.submit('/admin/orders/1', { body: 'A comment' }); // the form of a panel, wherever it posts to
   * await client.submit('/admin/orders/1', {}, '/admin/logout');
   */
  async submit(
    page: string,
    fields: { readonly [name: string]: string | readonly string[] | null },
    action?: string,
  ): Promise<TestResponse> {
    const { text, status } = await this.get(page);
    if (status !== 200) throw new Error(`GET ${page} returned ${status}`);
    const requested = action ?? page.split('?')[0] ?? page;
    const forms = parseForms(text).filter(({ method }) => method === 'post');
    const own = forms.find((each) => each.action === requested || (each.action === '' && requested === page));
    const form = own ?? (action === undefined ? onlyOneWith(Object.keys(fields), forms) : undefined);
    if (!form) {
      const actions = forms.map((each) => each.action || page).join(', ');
      throw new Error(`${page} has no form that posts to ${requested}. Its forms post to: ${actions || 'none'}`);
    }
    const merged: Record<string, string | readonly string[]> = { ...form.fields };
    for (const [name, value] of Object.entries(fields)) {
      if (value === null) delete merged[name];
      else merged[name] = value;
    }
    return this.post(form === own ? requested : form.action, merged);
  }

  /** Signs in through the form of the built-in plugin `sessions`; the response is a redirect (303). */
  async signIn(email: string, password: string): Promise<TestResponse> {
    return this.post(`${this.#mountPath}/login`, { email, password });
  }

  /** Sends any request. Cookies of the response are kept. */
  async request(
    method: string,
    path: string,
    body: string | Uint8Array<ArrayBuffer> | undefined,
    headers: Record<string, string>,
  ): Promise<TestResponse> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(this.origin + path, {
      method,
      redirect: 'manual',
      headers: { accept: 'text/html', ...headers, ...(cookie === '' ? {} : { cookie }) },
      ...(body === undefined ? {} : { body }),
    });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text: decodeEntities(text),
      location: response.headers.get('location') ?? '',
      json: () => JSON.parse(text),
    };
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split(';');
    const at = pair.indexOf('=');
    const name = pair.slice(0, at).trim();
    const value = pair.slice(at + 1);
    const isDeleted = value === '' || attributes.some((each) => /^\s*(max-age=0|expires=thu, 01 jan 1970)/i.test(each));
    if (isDeleted) this.#cookies.delete(name);
    else this.#cookies.set(name, value);
  }
}

interface PageForm {
  readonly method: string;
  readonly action: string;
  readonly fields: Record<string, string | readonly string[]>;
}

/**
 * The forms of a page, with the values that a browser would send. It expects quoted attributes, as the templates write them.
 *
 * @example
 * const [form] = parseForms(page.text);
 * assert.equal(form?.fields.name, 'First');
 */
export function parseForms(html: string): readonly PageForm[] {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].map(([, head = '', inside = '']) => ({
    method: attribute(head, 'method')?.toLowerCase() ?? 'get',
    action: decode(attribute(head, 'action') ?? ''),
    fields: formFields(inside),
  }));
}

function onlyOneWith(names: readonly string[], forms: readonly PageForm[]): PageForm | undefined {
  const [form, ...others] = forms.filter(({ fields }) => names.every((name) => name in fields));
  return others.length === 0 ? form : undefined;
}

function formFields(html: string): Record<string, string | readonly string[]> {
  const values = new Map<string, string[]>();
  const add = (name: string | undefined, value: string): void => {
    if (name === undefined || name === '') return;
    const key = decode(name);
    values.set(key, [...(values.get(key) ?? []), decode(value)]);
  };
  for (const [, tag] of html.matchAll(/<input\b((?:[^>"]|"[^"]*")*)>/g)) {
    const head = tag ?? '';
    const type = attribute(head, 'type') ?? 'text';
    const isUnchecked = (type === 'checkbox' || type === 'radio') && !/\schecked\b/.test(head);
    // The markup cannot contain the value of a file field.
    if (type === 'file') continue;
    if (!isUnchecked && !/\sdisabled\b/.test(head)) add(attribute(head, 'name'), attribute(head, 'value') ?? 'on');
  }
  for (const [, head = '', text = ''] of html.matchAll(/<textarea\b([^>]*)>([\s\S]*?)<\/textarea>/g)) {
    add(attribute(head, 'name'), text.replace(/^\n/, ''));
  }
  for (const [, head = '', inside = ''] of html.matchAll(/<select\b([^>]*)>([\s\S]*?)<\/select>/g)) {
    const options = [...inside.matchAll(/<option\b([^>]*)>/g)].map(([, option = '']) => option);
    const selected = options.find((option) => /\sselected\b/.test(option)) ?? options[0] ?? '';
    add(attribute(head, 'name'), attribute(selected, 'value') ?? '');
  }
  const fields: Record<string, string | readonly string[]> = {};
  for (const [name, list] of values) fields[name] = list.length === 1 ? (list[0] ?? '') : list;
  return fields;
}

function attribute(head: string, name: string): string | undefined {
  return new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(head)?.[1];
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#34': '"', '#39': "'" };

function decode(html: string): string {
  return html.replace(/&(#?\w+);/g, (reference, name: string) => ENTITIES[name] ?? reference);
}

function encode(fields: FormFields): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    for (const each of typeof value === 'string' ? [value] : value) params.append(name, each);
  }
  return params.toString();
}
