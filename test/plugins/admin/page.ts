/** Reads pages of the admin as users see them: our own markup only. */
import * as assert from 'uvu/assert';
import type { Client } from '../../support/client.ts';

/** The text between the tags, with entities decoded and whitespace collapsed. */
export function textOf(html: string): string {
  return unescaped(html.replace(/<[^>]*>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim();
}

/** The markup of the page itself, without navigation. */
export function mainOf(page: string): string {
  return page.slice(page.indexOf('<main'), page.indexOf('</main>'));
}

/** The texts of a list's cells, row by row. */
export function rowsOf(page: string): readonly (readonly string[])[] {
  const [, body = ''] = /<tbody>([\s\S]*?)<\/tbody>/.exec(mainOf(page)) ?? [];
  return [...body.matchAll(/<tr>([\s\S]*?)<\/tr>/g)].map(([, row = '']) =>
    [...row.matchAll(/<t[hd]\b[^>]*>([\s\S]*?)<\/t[hd]>/g)].map(([, cell = '']) => textOf(cell)),
  );
}

/** The first cell of every row. */
export function firstsOf(page: string): readonly string[] {
  return rowsOf(page).map(([first = '']) => first);
}

/** Against links that lead in a circle. */
const MAX_PAGES = 20;

/** The first cells of every page of a list, from `start` on along the link `Next` or `Previous`. URLs must stay below 2 KB. */
export async function walkPages(client: Client, start: string, link: 'Next' | 'Previous'): Promise<string[][]> {
  const pages: string[][] = [];
  for (let url = start; url !== '' && pages.length < MAX_PAGES; ) {
    const { status, text } = await client.get(url);
    assert.is(status, 200, url);
    pages.push([...firstsOf(text)]);
    url = linkTo(text, link);
    assert.ok(url.length < 2_048, `${url.length} characters`);
  }
  return pages;
}

export function headersOf(page: string): readonly string[] {
  const [, head = ''] = /<thead>([\s\S]*?)<\/thead>/.exec(mainOf(page)) ?? [];
  return [...head.matchAll(/<th\b[^>]*>([\s\S]*?)<\/th>/g)].map(([, cell = '']) => textOf(cell));
}

/** The URL of the first link with this text; empty if there is none. */
export function linkTo(page: string, text: string): string {
  for (const [, url = '', inside = ''] of mainOf(page).matchAll(/<a\b[^>]*?\bhref="([^"]*)"[^>]*>([\s\S]*?)<\/a>/g)) {
    if (textOf(inside) === text) return unescaped(url);
  }
  return '';
}

/** The URLs of all links on the page. */
export function linksOf(page: string): readonly string[] {
  return [...mainOf(page).matchAll(/\bhref="([^"#]*)"/g)].map(([, url = '']) => unescaped(url));
}

export function titleOf(page: string): string {
  return textOf(/<title>([\s\S]*?)<\/title>/.exec(page)?.[1] ?? '');
}

/** The notices of the page: the message of the last action, a conflict, a summary of errors. */
export function noticesOf(page: string): readonly string[] {
  return [...mainOf(page).matchAll(/<div class="notice[^>]*>([\s\S]*?)<\/div>\s*<\/div>/g)].map(([, inside = '']) =>
    textOf(inside),
  );
}

/** The labels of the filters that are shown open. */
export function openFilters(page: string): readonly string[] {
  return filtersOf(page, /<details name="filter" open><summary>([\s\S]*?)<\/summary>/g);
}

/** The labels of the filters with a warning. */
export function markedFilters(page: string): readonly string[] {
  return filtersOf(page, /<summary>(<svg[^>]*><use href="[^"]*#warn">[\s\S]*?)<\/summary>/g);
}

function filtersOf(page: string, pattern: RegExp): readonly string[] {
  const html = mainOf(page).replaceAll(/>\s+<(summary|svg)/g, '><$1');
  return [...html.matchAll(pattern)].map(([, label = '']) => textOf(label).replace(' (ignored)', ''));
}

/** The error at the field of this name; empty if there is none. */
export function errorAt(page: string, name: string): string {
  return textOf(new RegExp(`id="f-${name}-error">([\\s\\S]*?)</p>`).exec(mainOf(page))?.[1] ?? '');
}

/** Label and value of every fact of a record's page. */
export function factsOf(page: string): Readonly<Record<string, string>> {
  const facts = mainOf(page).matchAll(/<dt>([\s\S]*?)<\/dt>\s*<dd[^>]*>([\s\S]*?)<\/dd>/g);
  return Object.fromEntries([...facts].map(([, label = '', value = '']) => [textOf(label), textOf(value)]));
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

export function unescaped(html: string): string {
  return html.replace(/&(#?\w+);/g, (whole, name: string) => ENTITIES[name] ?? whole);
}
