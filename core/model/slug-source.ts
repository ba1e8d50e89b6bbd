import type { FieldDraft } from './draft.ts';
import { didYouMean } from './nearest.ts';
import type { Declarations, TellOf } from './relations.ts';

/** Binds each slug that names a field in `from` to it. */
export function bindSlugSources(slugs: readonly FieldDraft[], declared: Declarations, tell: TellOf): void {
  for (const slug of slugs) {
    const from = declared.get(slug)?.options.from;
    if (from === undefined) continue;
    const texts = [...slug.model.fields.values()].filter(({ kind }) => kind === 'text');
    const source = texts.find(({ name }) => name === from);
    if (source === undefined) {
      const names = texts.map(({ name }) => name);
      tell(slug, `from: there is no text field "${from}".${didYouMean(from, names)}`);
    }
    if (slug.nullable) tell(slug, 'A slug that is made from another field is never empty; leave nullable out.');
    slug.source = source;
  }
}
