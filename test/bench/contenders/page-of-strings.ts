/** The page concatenated from strings: the same content and markup, optimised for speed only. */
import { readFileSync } from 'node:fs';
import { isoOf, nextOf, type Person, SIZE, STATUSES, type TextEntry, TONES, tokenOf } from './page.ts';

const [beforeRows = '', afterRows = ''] = readFileSync(new URL('list.ejs', import.meta.url), 'utf8').split(
  /<% for \(const row of rows\)[\s\S]*?<% \} %>\s*(?=<\/tbody>)/,
);
const before = compile(beforeRows);
const after = compile(afterRows);

export function pageOfStrings(session: string, person: Person, total: string, rows: readonly TextEntry[]): string {
  const count = Math.min(rows.length, SIZE);
  let html = '';
  for (let at = 0; at < count; at += 1) {
    const row = rows[at];
    if (row !== undefined) html += entryHtml(row);
  }
  const last = rows[count - 1];
  const values: Readonly<Record<string, string>> = {
    token: tokenOf(session),
    'person.email': escaped(person.email),
    'person.role': person.role,
    total,
    next: last === undefined ? '' : nextOf(rows, isoOf(last.created_at), last.id),
  };
  return before(values) + html + after(values);
}

function entryHtml(row: TextEntry): string {
  const day = row.published_on;
  return `<tr><th scope="row"><a href="/admin/entries/${row.id}">${escaped(row.title)}</a></th><td><span class="badge${
    TONES[row.status]
  }">${STATUSES[row.status]}</span></td><td><a href="/admin/authors/${row.author_id}">${escaped(row.author)}</a></td>${
    day ? `<td><time datetime="${day}">${day}</time></td>` : '<td class="none">–</td>'
  }<td><time datetime="${isoOf(row.created_at)}">${row.created_at.slice(0, 16)}</time></td></tr>\n`;
}

function escaped(text: string): string {
  return /["&'<>]/.test(text) ? text.replace(/["&'<>]/g, (character) => `&#${character.charCodeAt(0)};`) : text;
}

/** The constant parts of the page, with the names of the values between them. */
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
