/** The page as strings that are put together: what both contenders do who spare nothing for speed. */
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { SIZE, STATUSES, TONES } from './words.ts';

export interface Person {
  readonly email: string;
  readonly role: string;
}
/** Everything is text, as PostgreSQL sends it. */
export type Entry = Readonly<
  Record<'id' | 'title' | 'status' | 'author_id' | 'author' | 'published_on' | 'created_at', string>
>;

const [beforeRows = '', afterRows = ''] = readFileSync(new URL('list.ejs', import.meta.url), 'utf8').split(
  /<% for \(const row of rows\)[\s\S]*?<% \} %>\s*(?=<\/tbody>)/,
);
const before = compile(beforeRows);
const after = compile(afterRows);

export function page(token: string, person: Person, total: string, found: readonly Entry[]): string {
  const count = Math.min(found.length, SIZE);
  let html = '';
  for (let at = 0; at < count; at += 1) {
    const row = found[at];
    if (row !== undefined) html += entryHtml(row);
  }
  const last = found[count - 1];
  const local: Readonly<Record<string, string>> = {
    token: createHmac('sha256', token).update('form').digest('base64url'),
    'person.email': escaped(person.email),
    'person.role': person.role,
    total,
    next: found.length > SIZE && last ? `/admin/entries?after=${iso(last.created_at)}~${last.id}` : '',
  };
  return before(local) + html + after(local);
}

function entryHtml(row: Entry): string {
  const day = row.published_on;
  return `<tr><th scope="row"><a href="/admin/entries/${row.id}">${escaped(row.title)}</a></th><td><span class="badge${
    TONES[row.status]
  }">${STATUSES[row.status]}</span></td><td><a href="/admin/authors/${row.author_id}">${escaped(row.author)}</a></td>${
    day ? `<td><time datetime="${day}">${day}</time></td>` : '<td class="none">–</td>'
  }<td><time datetime="${iso(row.created_at)}">${row.created_at.slice(0, 16)}</time></td></tr>\n`;
}

/** `2026-11-20 10:44:00+00`, as PostgreSQL writes it in UTC. */
function iso(moment: string): string {
  return `${moment.slice(0, 10)}T${moment.slice(11, -3)}Z`;
}

function escaped(text: string): string {
  return /["&'<>]/.test(text) ? text.replace(/["&'<>]/g, (sign) => `&#${sign.charCodeAt(0)};`) : text;
}

/** The still parts of the page, with names where something goes in. */
function compile(template: string): (values: Readonly<Record<string, string>>) => string {
  const parts = template.split(/<%= ([\w.]+) %>/);
  return (values) => {
    let html = '';
    for (let at = 0; at < parts.length; at += 1) {
      const part = parts[at] ?? '';
      html += at % 2 === 0 ? part : (values[part] ?? '');
    }
    return html;
  };
}
