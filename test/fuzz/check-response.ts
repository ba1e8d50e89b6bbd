import type { RouteInfo } from '../../core/request/route-info.ts';
import { factsOf, mainOf, textOf } from '../plugins/admin/page.ts';
import { INTERNAL } from './database-rules.ts';
import { MARKED } from './hostile.ts';
import type { FuzzRequest } from './request.ts';
import type { RouteTable } from './route-table.ts';
import type { FuzzResponse } from './send.ts';

/** Paths that are answered without a route. */
const WITHOUT_ROUTE: Readonly<Record<string, number>> = { '/': 303, '/healthz': 200, '/readyz': 200 };

/** The route that a request matches, if any. */
export function routeOf(table: RouteTable, { method, path }: FuzzRequest): RouteInfo | undefined {
  return table.match(method, pathOf(path)).route;
}

/** What is wrong with a response; usually empty. */
export function problemsOf(table: RouteTable, request: FuzzRequest, response: FuzzResponse): readonly string[] {
  const problems: string[] = [];
  const { status, headers, text } = response;
  // A conflict with another transaction that did not resolve by itself, or a trigger that reports a cancelled statement.
  const isBusy = status === 503 && request.method === 'POST' && BUSY.test(text);
  if (!isBusy && !allowed(table, request).has(status)) problems.push(`has the undeclared status ${status}`);
  for (const name of ['x-correlation-id', 'content-security-policy', 'x-content-type-options'])
    if (headers[name] === undefined) problems.push(`has no header ${name}`);
  const { location = '' } = headers;
  if (location !== '' && !/^\/admin(?:[/?][^\\]*)?$/.test(String(location))) problems.push(`redirects to ${location}`);
  for (const cookie of [headers['set-cookie'] ?? []].flat())
    if (!/;\s*httponly/i.test(cookie)) problems.push(`sets a cookie that scripts can read: ${cookie}`);
  const type = String(headers['content-type'] ?? '');
  if (request.method === 'HEAD' || headers['content-disposition'] !== undefined) return problems;
  if (type.startsWith('text/html')) problems.push(...pageProblems(status, text));
  if (type.startsWith('application/json') && !isJson(text)) problems.push('is not valid JSON');
  return problems;
}

/** Problems of a page: incomplete, input shown as markup, an error without its code. */
function pageProblems(status: number, page: string): readonly string[] {
  const problems: string[] = [];
  const isRedirect = status >= 300 && status < 400;
  if (!isRedirect && !page.trimEnd().endsWith('</html>')) problems.push('is an incomplete page');
  if (page.includes(MARKED) || /<fuzz/i.test(page)) problems.push('shows input as markup');
  // Quotes of values are escaped, so these are the attributes' own.
  const bare = page.replaceAll(/"[^"]*"/g, '""');
  if (/<[^<>]*\son\w+\s*=/i.test(bare)) problems.push('has an event handler attribute');
  if (/href="\s*javascript:/i.test(page)) problems.push('has a link that runs a script');
  // No input of the fuzzer contains these.
  if (/\bundefined\b|\[object Object\]/.test(page)) problems.push('shows a missing value');
  if ([400, 403, 404, 405, 413, 415, 500, 503].includes(status) && !page.includes('RIO-'))
    problems.push('is an error without a code');
  if (status >= 400) problems.push(...errorProblems(page));
  return problems;
}

/** An error page says in words what is wrong and what to do, and nothing of what is inside. */
function errorProblems(page: string): readonly string[] {
  const problems: string[] = [];
  const main = mainOf(page);
  const inside = INSIDE.exec(textOf(main));
  if (inside !== null) problems.push(`shows an internal: ${inside[0]}`);
  if (main.includes('<article class="problem">')) {
    const { length } = Object.values(factsOf(page)).filter((part) => /\p{L}+.*\.$/u.test(part));
    if (length < 2 || !HEADING.test(textOf(/<h1>([\s\S]*?)<\/h1>/.exec(main)?.[1] ?? '')))
      problems.push('is an error page without words');
  } else if (!alertsOf(main).some((alert) => WORDS.test(alert))) problems.push('is an error without words');
  return problems;
}

/** A sentence, not the key of a message. */
const WORDS = /\p{L}+ \p{L}+.*[.:]/u;

/** A heading has no full stop. */
const HEADING = /\p{L}+ \p{L}+/u;

/** Words of PostgreSQL, Node and our source that no input of the fuzzer contains. */
const INSIDE = new RegExp(
  String.raw`${INTERNAL}|SQLSTATE|violates|relation "|column "|ECONN|\bat \w+ \(|node:|node_modules|\.ts:\d|\w+Error:|rustio_`,
);

function alertsOf(page: string): readonly string[] {
  return [...page.matchAll(/\brole="alert"[^>]*>([\s\S]*?)<\/div>\s*<\/div>/g)].map(([, inside = '']) =>
    textOf(inside),
  );
}

const BUSY = /RIO-HTTP-(?:BUSY|LOCKED|SLOW)/;

function allowed(table: RouteTable, request: FuzzRequest): ReadonlySet<number> {
  const path = pathOf(request.path);
  const withoutRoute = WITHOUT_ROUTE[path];
  if (withoutRoute !== undefined && ['GET', 'HEAD'].includes(request.method)) return new Set([withoutRoute]);
  const { route, allowed: methods } = table.match(request.method, path);
  if (route) return route.responses;
  if (methods.length > 0) return new Set([405]);
  // Anonymous users are redirected to the sign-in page wherever a model could be.
  return new Set(/^\/admin\/[^+]/.test(path) && ['GET', 'HEAD'].includes(request.method) ? [303, 404] : [404]);
}

/** Without the query, and without the host of a request target as sent to proxies. */
function pathOf(path: string): string {
  const [plain = ''] = path.split('?', 1);
  return plain.replace(/^http:\/\/[^/]*/, '') || '/';
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
