// The content of the page that every contender returns.
import { createHmac } from 'node:crypto';

export const SIZE = 50;

export const TONES: Readonly<Record<string, string>> = {
  draft: '',
  review: ' tone-info',
  published: ' tone-good',
  retired: ' tone-warn',
};
export const STATUSES: Readonly<Record<string, string>> = {
  draft: 'Draft',
  review: 'Review',
  published: 'Published',
  retired: 'Retired',
};

export interface Person {
  readonly email: string;
  readonly role: string;
}

/** A row whose values are the text that PostgreSQL sends. */
export type TextEntry = Readonly<
  Record<'id' | 'title' | 'status' | 'author_id' | 'author' | 'published_on' | 'created_at', string>
>;

export function tokenOf(session: string): string {
  return createHmac('sha256', session).update('form').digest('base64url');
}

/** `2026-11-20 10:44:00+00`, as PostgreSQL writes it in UTC, as ISO 8601. */
export function isoOf(moment: string): string {
  return `${moment.slice(0, 10)}T${moment.slice(11, -3)}Z`;
}

export function nextOf(rows: readonly unknown[], moment: string, id: string | number): string {
  return rows.length > SIZE ? `/admin/entries?after=${moment}~${id}` : '';
}
