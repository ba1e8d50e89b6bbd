import type { Formatter } from '../../core/model/kind.ts';
import type { Ask, Page } from '../../core/query/types.ts';
import type { Translate } from '../../core/view/words.ts';

/** What the foot of a list says: "1–50 of 10,000", "about 1,200,000", "1,000+ (count exactly)", "Rows on this page: 50". */
export function countView(
  t: Translate,
  show: Formatter,
  ask: Ask,
  { rows, count }: Page,
  exactUrl: string,
): { text: string; total: string; exactUrl?: string } {
  const from = rows.length === 0 ? 0 : 1;
  const range = { from: show.number(from), to: show.number(rows.length) };
  switch (count.kind) {
    case 'exact': {
      const total = show.number(count.rows);
      return {
        total,
        text: ask.at === undefined ? t('admin.count.range', { ...range, total }) : t('admin.count.total', { total }),
      };
    }
    case 'about': {
      const total = t('admin.count.about', { total: show.number(count.rows) });
      return { total, text: t('admin.count.range', { ...range, total }), exactUrl };
    }
    case 'more': {
      const total = t('admin.count.more', { total: show.number(count.rows) });
      return { total, text: t('admin.count.range', { ...range, total }), exactUrl };
    }
    // Beyond the first page nobody knows how far he is: a cursor has no number, and each count is a statement more.
    case 'unknown':
      return { total: '', text: t('admin.count.page', { rows: range.to }), exactUrl };
  }
}
