/** The page rendered with EJS, compiled once. */
import { readFileSync } from 'node:fs';
import ejs from 'ejs';
import { nextOf, type Person, SIZE, STATUSES, TONES, tokenOf } from './page.ts';

const render = ejs.compile(readFileSync(new URL('list.ejs', import.meta.url), 'utf8'));

/** `iso` and `minute` format a timestamp as this contender's driver returns it. */
export function pageOfEjs<M>(
  session: string,
  person: Person,
  total: string,
  entries: readonly { readonly id: string | number; readonly created_at: M }[],
  { iso, minute }: { iso(moment: M): string; minute(moment: M): string },
): string {
  const rows = entries.slice(0, SIZE);
  const last = rows.at(-1);
  return render({
    person,
    rows,
    iso,
    minute,
    tones: TONES,
    statuses: STATUSES,
    total,
    token: tokenOf(session),
    next: last === undefined ? '' : nextOf(entries, iso(last.created_at), last.id),
  });
}
