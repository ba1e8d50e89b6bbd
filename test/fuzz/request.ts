// One request to a route: path, query, headers and body, from valid to absurd.

import type { ModelInfo } from '../../core/model/field-type.ts';
import type { RouteInfo } from '../../core/request/route-info.ts';
import type { TestApp } from '../support/app.ts';
import { cookieOf, SESSION_COOKIE } from '../support/session-cookie.ts';
import { type Body, bodyFor } from './body.ts';
import { encoded, hostileText } from './hostile.ts';
import { queryFor } from './query.ts';
import type { Random } from './random.ts';

/** A user who sends requests. */
export interface Sender {
  /** `anonymous`, a role, or a name for a set of permissions. */
  readonly name: string;
  /** Undefined for anonymous users. */
  readonly email: string | undefined;
  /** The value of the session cookie; undefined for anonymous users. */
  token: string | undefined;
  /** URLs that end a session of the user. */
  devices: readonly string[];
}

/** The application, and URLs that its responses contained. */
export interface Target {
  readonly app: TestApp;
  readonly models: readonly ModelInfo[];
  readonly urls: readonly string[];
  /** URLs of values in the audit trail: random ones would not find any. */
  readonly values: readonly string[];
}

export interface FuzzRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
}

const METHODS = ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND', 'TRACE'];
/** Of actions and tabs. */
const NAMES = ['remove', 'more'];
const STATIC = ['/healthz', '/readyz', '/', '/favicon.ico', '/admin/', '/admin/+assets/', '/admin/+dev', '/robots.txt'];

/** A request to any route, or to `aimedAt`. */
export function requestFor(random: Random, target: Target, sender: Sender, aimedAt?: RouteInfo): FuzzRequest {
  const { routes } = target.app.app;
  // Changes of records have the most to go wrong.
  const route = aimedAt ?? random.pick(random.percent(40) ? routes.filter(changesRecords) : routes);
  const model = random.pick(random.percent(80) ? target.models.filter(({ readOnly }) => !readOnly) : target.models);
  const url =
    aimedAt === undefined && random.percent(25) && target.urls.length > 0 ? random.pick(target.urls) : undefined;
  const path = mutated(random, url ?? urlFor(random, target, sender, route, model));
  const method = url === undefined ? methodFor(random, route) : random.pick(['GET', 'GET', 'POST']);
  const keys = route.path.includes('+actions') ? random.some(5, () => keyOf(random, model)) : [];
  // Few requests reach each of these routes, and without the password they only exceed the limit on attempts.
  const passwordPercent = /\/(?:login|reauth)$/.test(route.path) ? 60 : 10;
  const hasBody = method === 'POST' || random.percent(2);
  const body = hasBody ? bodyFor(random, model, sender, keys, undefined, passwordPercent) : undefined;
  return { method, path: sendable(path), headers: headersFor(random, target, sender, body), body: body?.bytes };
}

/** A change of a record that only the database can reject: its form is valid. */
export function changeFor(random: Random, target: Target, sender: Sender): FuzzRequest {
  const routes = target.app.app.routes.filter(changesRecords);
  const route = random.pick(random.percent(80) ? routes.filter(({ path }) => /\+(?:new|edit)$/.test(path)) : routes);
  const model = random.pick(target.models.filter(({ name }) => CHANGED.includes(name)));
  const keys = route.path.includes('+actions') ? random.some(5, () => keyOf(random, model)) : [];
  const body = bodyFor(random, model, sender, keys, true);
  const cookie = `${SESSION_COOKIE}=${sender.token}`;
  const parameters: Readonly<Record<string, string>> = {
    ':model': model.slug,
    ':key': model.key
      .map(({ target: place }) => `${place || model.name === 'place' ? 'P' : ''}${1 + random.int(12)}`)
      .join(','),
    ':name': random.pick(NAMES),
  };
  return {
    method: 'POST',
    path: route.path.replaceAll(/:\w+/g, (name) => parameters[name] ?? ''),
    headers: { accept: 'text/html', 'sec-fetch-site': 'same-origin', cookie, ...body.headers },
    body: body.bytes,
  };
}

/** Things, places and profiles have rules that are checked at COMMIT. */
const CHANGED = ['thing', 'place', 'profile', 'leg', 'tag', 'person'];

function changesRecords({ method, path }: RouteInfo): boolean {
  return method === 'POST' && path.includes(':model');
}

function methodFor(random: Random, route: RouteInfo): string {
  if (random.percent(4)) return random.pick(METHODS);
  if (route.method === 'GET' && random.percent(6)) return 'HEAD';
  return random.percent(4) ? random.pick(['GET', 'POST']) : route.method;
}

function urlFor(random: Random, target: Target, sender: Sender, route: RouteInfo, model: ModelInfo): string {
  if (route.path.endsWith('/:id/end') && sender.devices.length > 0 && random.percent(60))
    return random.pick(sender.devices);
  if (route.path.includes('/:entry/') && random.percent(60)) return random.pick(target.values);
  const thing = target.models.find(({ name }) => name === 'thing');
  if (thing && route.path.includes('/+value/') && random.percent(60)) {
    const texts = [...thing.fields.values()].filter(({ typeName }) => typeName === 'text' || typeName === 'markdown');
    return route.path
      .replace(':model', thing.slug)
      .replace(':key', String(1 + random.int(12)))
      .replace(':field', random.pick(texts).name);
  }
  if (random.percent(2)) return random.pick(STATIC);
  const path = route.path.replaceAll(/:(\w+)/g, (_, name: string) => paramFor(random, target, name, model));
  const hasQuery = route.method === 'GET' && random.percent(60);
  return hasQuery ? `${path}?${queryFor(random, model)}` : path;
}

function paramFor(random: Random, target: Target, name: string, model: ModelInfo): string {
  if (random.percent(12)) return encoded(random, hostileText(random));
  if (name === 'model') return random.percent(95) ? model.slug : random.pick(target.models).slug;
  if (name === 'field') return random.pick([...model.fields.keys()]);
  if (name === 'key') return keyOf(random, model);
  if (name === 'name') return random.pick(NAMES);
  return random.pick(['6fa459ea-ee8a-3ca4-894e-db77e160355e', '1', String(random.int(100))]);
}

function keyOf(random: Random, model: ModelInfo): string {
  return model.key.map(() => keyPart(random)).join(',');
}

/** A part of a key: rows are numbered from one, and places have the codes P1 to P12. */
function keyPart(random: Random): string {
  const number = String(1 + random.int(random.percent(50) ? 200 : 15));
  return random.percent(30)
    ? `P${number}`
    : random.percent(95)
      ? number
      : random.pick(['~', 'a~2fb~2c~20~7ec', '0', '-1']);
}

/** Sometimes the URL is slightly wrong. */
function mutated(random: Random, url: string): string {
  if (random.percent(93)) return url;
  const [path = '', query] = url.split('?');
  const changed = random.pick([
    `${path}/`,
    `/${path}`,
    path.replaceAll('/', '//'),
    path.toUpperCase(),
    `${path}%00`,
    `${path}/..`,
    path.replace('/admin', '/admin/%2e'),
    `${path}/${encoded(random, hostileText(random))}`,
    `${path};x=1`,
    path.slice(0, random.int(path.length + 1)) || '/',
    `http://fuzz.example${path}`,
  ]);
  return query === undefined ? changed : `${changed}?${query}`;
}

/** Only characters that Node's client can send. Node's server rejects longer lines before our code runs. */
function sendable(path: string): string {
  return [...path]
    .map((char) => (/[!-~]/.test(char) ? char : encodeURIComponent(char.toWellFormed())))
    .join('')
    .slice(0, 12_000);
}

const ACCEPTS = ['text/html', 'text/html', 'text/html', 'application/json', '*/*', 'image/png', 'x', ''];

function headersFor(random: Random, target: Target, sender: Sender, body: Body | undefined): Record<string, string> {
  const headers: Record<string, string> = { accept: random.pick(ACCEPTS), ...body?.headers };
  const cookies = sender.token === undefined ? [] : [`${SESSION_COOKIE}=${sender.token}`];
  if (random.percent(3)) cookies.push(`${cookieOf('rustio-theme')}=${latin(hostileText(random))}`);
  if (random.percent(3))
    cookies.push(`${cookieOf('rustio-message')}=${latin(hostileText(random))}.${latin(hostileText(random))}`);
  if (random.percent(2)) cookies.unshift(`${SESSION_COOKIE}=${latin(hostileText(random))}`);
  if (cookies.length > 0) headers.cookie = cookies.join('; ');
  if (body && random.percent(96)) headers['sec-fetch-site'] = random.percent(98) ? 'same-origin' : 'cross-site';
  if (random.percent(3))
    headers.origin = random.pick([target.app.url, 'null', 'http://fuzz.example', latin(hostileText(random))]);
  if (random.percent(3)) headers['x-forwarded-for'] = latin(hostileText(random));
  if (random.percent(2)) headers['user-agent'] = latin(hostileText(random));
  if (random.percent(2)) headers['if-none-match'] = latin(hostileText(random));
  if (random.percent(2)) headers['accept-language'] = latin(hostileText(random));
  if (random.percent(10))
    headers['accept-encoding'] = random.pick(['gzip', 'br', 'gzip;q=0', 'identity', '*', 'x;q=9']);
  if (random.percent(2)) headers.range = 'bytes=0-5';
  if (random.percent(2)) headers.host = random.pick(['fuzz.example', 'localhost', '[::1]:80']);
  return headers;
}

/** Only characters that a header can contain. */
function latin(text: string): string {
  return text.replaceAll(/[^\u0020-\u007e\u00a0-\u00ff]/g, '?').slice(0, 2_000);
}
