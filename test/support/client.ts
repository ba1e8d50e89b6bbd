/** A reader without scripts: keeps cookies, sends forms with what their pages hold, follows nothing by itself. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Where it redirects to; empty when it does not. */
  readonly location: string;
}

export interface FormFields {
  readonly [name: string]: string | readonly string[];
}

/** Dashes and quotation marks as browsers show them; pages hold them as references (`core/view/escape.ts`). */
export function asTyped(html: string): string {
  return html.replace(/&#(8[0-3]\d\d);/g, (_, code) => String.fromCharCode(Number(code)));
}

export class Client {
  readonly origin: string;
  readonly #cookies = new Map<string, string>();

  constructor(origin: string) {
    this.origin = origin;
  }

  cookie(name: string): string | undefined {
    return this.#cookies.get(name);
  }

  setCookie(name: string, value: string): void {
    this.#cookies.set(name, value);
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.request('GET', path, undefined, headers);
  }

  /** Posts as a browser does from one of our pages. */
  post(path: string, fields: FormFields, headers: Record<string, string> = {}): Promise<Answer> {
    return this.request('POST', path, encode(fields), {
      'content-type': 'application/x-www-form-urlencoded',
      'sec-fetch-site': 'same-origin',
      origin: this.origin,
      ...headers,
    });
  }

  /**
   * Opens a page and posts the form that leads to `action` (the page itself, unless told), with the values that it holds, the
   * hidden ones too, overlaid by `fields`. `null` leaves a field out.
   */
  async submit(
    page: string,
    fields: { readonly [name: string]: string | readonly string[] | null },
    action?: string,
  ): Promise<Answer> {
    const { text, status } = await this.get(page);
    if (status !== 200) throw new Error(`GET ${page} answered ${status}`);
    const wanted = action ?? page.split('?')[0] ?? page;
    const form = formsOf(text).find((each) => each.action === wanted || (each.action === '' && wanted === page));
    if (!form) throw new Error(`${page} has no form to ${wanted}`);
    const merged: Record<string, string | readonly string[]> = { ...form.fields };
    for (const [name, value] of Object.entries(fields)) {
      if (value === null) delete merged[name];
      else merged[name] = value;
    }
    return this.post(wanted, merged);
  }

  async signIn(email: string, password: string): Promise<Answer> {
    return this.post('/admin/login', { email, password });
  }

  async request(
    method: string,
    path: string,
    body: string | Uint8Array<ArrayBuffer> | undefined,
    headers: Record<string, string>,
  ): Promise<Answer> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(this.origin + path, {
      method,
      redirect: 'manual',
      headers: { accept: 'text/html', ...headers, ...(cookie === '' ? {} : { cookie }) },
      ...(body === undefined ? {} : { body }),
    });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return {
      status: response.status,
      headers: response.headers,
      text: asTyped(await response.text()),
      location: response.headers.get('location') ?? '',
    };
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split(';');
    const at = pair.indexOf('=');
    const name = pair.slice(0, at).trim();
    const value = pair.slice(at + 1);
    const gone = value === '' || attributes.some((each) => /^\s*(max-age=0|expires=thu, 01 jan 1970)/i.test(each));
    if (gone) this.#cookies.delete(name);
    else this.#cookies.set(name, value);
  }
}

interface PageForm {
  readonly action: string;
  readonly fields: Record<string, string | readonly string[]>;
}

/** The forms of a page and what a browser would send of them, untouched. Our own markup only: quoted attributes. */
export function formsOf(html: string): readonly PageForm[] {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].map(([, head = '', inside = '']) => ({
    action: decode(attribute(head, 'action') ?? ''),
    fields: fieldsOf(inside),
  }));
}

function fieldsOf(html: string): Record<string, string | readonly string[]> {
  const values = new Map<string, string[]>();
  const put = (name: string | undefined, value: string): void => {
    if (name === undefined || name === '') return;
    const key = decode(name);
    values.set(key, [...(values.get(key) ?? []), decode(value)]);
  };
  for (const [, tag] of html.matchAll(/<input\b((?:[^>"]|"[^"]*")*)>/g)) {
    const head = tag ?? '';
    const type = attribute(head, 'type') ?? 'text';
    const unticked = (type === 'checkbox' || type === 'radio') && !/\schecked\b/.test(head);
    // What was chosen in a file field is nothing that a page could hold.
    if (type === 'file') continue;
    if (!unticked && !/\sdisabled\b/.test(head)) put(attribute(head, 'name'), attribute(head, 'value') ?? 'on');
  }
  for (const [, head = '', text = ''] of html.matchAll(/<textarea\b([^>]*)>([\s\S]*?)<\/textarea>/g)) {
    put(attribute(head, 'name'), text.replace(/^\n/, ''));
  }
  for (const [, head = '', inside = ''] of html.matchAll(/<select\b([^>]*)>([\s\S]*?)<\/select>/g)) {
    const options = [...inside.matchAll(/<option\b([^>]*)>/g)].map(([, option = '']) => option);
    const chosen = options.find((option) => /\sselected\b/.test(option)) ?? options[0] ?? '';
    put(attribute(head, 'name'), attribute(chosen, 'value') ?? '');
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
  return html.replace(/&(#?\w+);/g, (whole, name: string) => ENTITIES[name] ?? whole);
}

function encode(fields: FormFields): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    for (const each of typeof value === 'string' ? [value] : value) params.append(name, each);
  }
  return params.toString();
}
