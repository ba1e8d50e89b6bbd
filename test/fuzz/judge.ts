import type { Route } from '../../core/http/route.ts';
import { MARKED } from './hostile.ts';
import type { FuzzRequest } from './request.ts';
import type { RouteTable } from './route-table.ts';
import type { FuzzAnswer } from './send.ts';

/** Addresses that are answered without a route. */
const OUTSIDE: Readonly<Record<string, number>> = { '/': 303, '/healthz': 200, '/readyz': 200 };

/** The route that a request is for; undefined where there is none. */
export function routeOf(table: RouteTable, { method, path }: FuzzRequest): Route | undefined {
  return table.match(method, pathOf(path)).route;
}

/** What is wrong with an answer: nothing, mostly. */
export function problemsOf(table: RouteTable, asked: FuzzRequest, answer: FuzzAnswer): readonly string[] {
  const problems: string[] = [];
  const { status, headers, text } = answer;
  if (!allowed(table, asked).has(status)) problems.push(`answered ${status}, which nobody declares`);
  for (const name of ['x-correlation-id', 'content-security-policy', 'x-content-type-options'])
    if (headers[name] === undefined) problems.push(`has no header ${name}`);
  const { location = '' } = headers;
  if (location !== '' && !/^\/admin(?:[/?][^\\]*)?$/.test(String(location))) problems.push(`leads to ${location}`);
  for (const cookie of [headers['set-cookie'] ?? []].flat())
    if (!/;\s*httponly/i.test(cookie)) problems.push(`sets a cookie that scripts may read: ${cookie}`);
  const type = String(headers['content-type'] ?? '');
  if (asked.method === 'HEAD' || headers['content-disposition'] !== undefined) return problems;
  if (type.startsWith('text/html')) problems.push(...pageProblems(status, text));
  if (type.startsWith('application/json') && !isJson(text)) problems.push('is no JSON');
  return problems;
}

/** The page is whole, shows what was typed as text, and an error has its code. */
function pageProblems(status: number, page: string): readonly string[] {
  const problems: string[] = [];
  const isRedirect = status >= 300 && status < 400;
  if (!isRedirect && !page.trimEnd().endsWith('</html>')) problems.push('is a page without its end');
  if (page.includes(MARKED) || /<fuzz/i.test(page)) problems.push('shows what was sent as markup');
  // Quotes of values are escaped, so these are the attributes' own.
  const bare = page.replaceAll(/"[^"]*"/g, '""');
  if (/<[^<>]*\son\w+\s*=/i.test(bare)) problems.push('has a handler in its markup');
  if (/href="\s*javascript:/i.test(page)) problems.push('has a link that runs a script');
  // None of what the fuzzer types holds these.
  if (/\bundefined\b|\[object Object\]/.test(page)) problems.push('shows a value that is none');
  if ([400, 403, 404, 405, 413, 415].includes(status) && !page.includes('RIO-'))
    problems.push('is an error without a code');
  return problems;
}

function allowed(table: RouteTable, asked: FuzzRequest): ReadonlySet<number> {
  const path = pathOf(asked.path);
  const outside = OUTSIDE[path];
  if (outside !== undefined && ['GET', 'HEAD'].includes(asked.method)) return new Set([outside]);
  const { route, allowed: methods } = table.match(asked.method, path);
  if (route) return route.responses;
  if (methods.length > 0) return new Set([405]);
  // Anonymous users are sent to sign in wherever a model could be.
  return new Set(/^\/admin\/[^+]/.test(path) && ['GET', 'HEAD'].includes(asked.method) ? [303, 404] : [404]);
}

/** Without the query; of an address with a host in it, as proxies are asked, what stands behind the host. */
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
