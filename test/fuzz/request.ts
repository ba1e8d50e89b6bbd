// One request against a route: its path, its query, its headers and its body, from what a careful person would send to what nobody would.

import type { Route } from '../../core/http/route.ts';
import type { ModelInfo } from '../../core/model/registry.ts';
import type { TestApp } from '../support/app.ts';
import { type Body, bodyFor } from './body.ts';
import { encoded, hostileText } from './hostile.ts';
import { queryFor } from './query.ts';
import type { Random } from './random.ts';

/** Somebody who sends requests. */
export interface Somebody {
  /** `stranger`, a role, or what he may do. */
  readonly name: string;
  /** Of his account; undefined for strangers. */
  readonly email: string | undefined;
  /** The value of his session cookie; undefined for strangers. */
  token: string | undefined;
  /** Where one of his own devices is signed out. */
  devices: readonly string[];
}

/** What the fuzzer has learnt: addresses that answers led to. */
export interface Known {
  readonly app: TestApp;
  readonly models: readonly ModelInfo[];
  readonly addresses: readonly string[];
}

export interface FuzzRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
}

const METHODS = ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND', 'TRACE'];
/** Of actions and tabs of the desk. */
const NAMES = ['remove', 'more'];
const STATIC = ['/healthz', '/readyz', '/', '/favicon.ico', '/admin/', '/admin/+assets/', '/admin/+dev', '/robots.txt'];

export function requestFor(random: Random, known: Known, who: Somebody): FuzzRequest {
  const { routes } = known.app.app;
  // What changes records is what there is most to be got wrong about.
  const route = random.pick(random.percent(40) ? routes.filter(changesRecords) : routes);
  const model = random.pick(random.percent(80) ? known.models.filter(({ readOnly }) => !readOnly) : known.models);
  const address = random.percent(25) && known.addresses.length > 0 ? random.pick(known.addresses) : undefined;
  const path = mutated(random, address ?? addressFor(random, known, who, route, model));
  const method = address === undefined ? methodFor(random, route) : random.pick(['GET', 'GET', 'POST']);
  const keys = route.path.includes('+actions') ? random.some(5, () => keyOf(random, model)) : [];
  const body = method === 'POST' || random.percent(2) ? bodyFor(random, model, who, keys) : undefined;
  return { method, path: sendable(path), headers: headersFor(random, known, who, body), body: body?.bytes };
}

function changesRecords({ method, path }: Route): boolean {
  return method === 'POST' && path.includes(':model');
}

function methodFor(random: Random, route: Route): string {
  if (random.percent(4)) return random.pick(METHODS);
  if (route.method === 'GET' && random.percent(6)) return 'HEAD';
  return random.percent(4) ? random.pick(['GET', 'POST']) : route.method;
}

function addressFor(random: Random, known: Known, who: Somebody, route: Route, model: ModelInfo): string {
  if (route.path.endsWith('/:id/end') && who.devices.length > 0 && random.percent(60)) return random.pick(who.devices);
  if (random.percent(2)) return random.pick(STATIC);
  const path = route.path.replaceAll(/:(\w+)/g, (_, name: string) => paramFor(random, known, name, model));
  const wantsQuery = route.method === 'GET' && random.percent(60);
  return wantsQuery ? `${path}?${queryFor(random, model)}` : path;
}

function paramFor(random: Random, known: Known, name: string, model: ModelInfo): string {
  if (random.percent(12)) return encoded(random, hostileText(random));
  if (name === 'model') return random.percent(95) ? model.slug : random.pick(known.models).slug;
  if (name === 'field') return random.pick([...model.fields.keys()]);
  if (name === 'key') return keyOf(random, model);
  if (name === 'name') return random.pick(NAMES);
  return random.pick(['6fa459ea-ee8a-3ca4-894e-db77e160355e', '1', String(random.int(100))]);
}

function keyOf(random: Random, model: ModelInfo): string {
  return model.key.map(() => keyPart(random)).join(',');
}

/** A part of a key: rows of the desk are numbered from one, and places are called P1 to P12. */
function keyPart(random: Random): string {
  const number = String(1 + random.int(random.percent(50) ? 200 : 15));
  return random.percent(30)
    ? `P${number}`
    : random.percent(95)
      ? number
      : random.pick(['~', 'a~2fb~2c~20~7ec', '0', '-1']);
}

/** Now and then the address is not quite one of ours. */
function mutated(random: Random, address: string): string {
  if (random.percent(93)) return address;
  const [path = '', query] = address.split('?');
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

/** What Node's client sends at all; anything else never leaves it. Longer lines are refused by Node's server, before us. */
function sendable(path: string): string {
  return [...path]
    .map((char) => (/[!-~]/.test(char) ? char : encodeURIComponent(char.toWellFormed())))
    .join('')
    .slice(0, 12_000);
}

const ACCEPTS = ['text/html', 'text/html', 'text/html', 'application/json', '*/*', 'image/png', 'x', ''];

function headersFor(random: Random, known: Known, who: Somebody, body: Body | undefined): Record<string, string> {
  const headers: Record<string, string> = { accept: random.pick(ACCEPTS), ...body?.headers };
  const cookies = who.token === undefined ? [] : [`rustio=${who.token}`];
  if (random.percent(3)) cookies.push(`rustio-theme=${latin(hostileText(random))}`);
  if (random.percent(3)) cookies.push(`rustio-message=${latin(hostileText(random))}.${latin(hostileText(random))}`);
  if (random.percent(2)) cookies.unshift(`rustio=${latin(hostileText(random))}`);
  if (cookies.length > 0) headers.cookie = cookies.join('; ');
  if (body && random.percent(96)) headers['sec-fetch-site'] = random.percent(98) ? 'same-origin' : 'cross-site';
  if (random.percent(3))
    headers.origin = random.pick([known.app.url, 'null', 'http://fuzz.example', latin(hostileText(random))]);
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

/** What may stand in a header. */
function latin(text: string): string {
  return text.replaceAll(/[^\u0020-\u007e\u00a0-\u00ff]/g, '?').slice(0, 2_000);
}
