import type { ModelInfo } from '../model/registry.ts';
import type { Translate } from './words.ts';

/** What one record is called in the reader's language: by the words of a plugin (`model.user.title`), else as declared. */
export function titleOf(t: Translate, model: ModelInfo): string {
  return told(t, `model.${model.name}.title`) ?? model.title;
}

/** The same for several: `model.user.plural`. Written as inside a sentence. */
export function pluralOf(t: Translate, model: ModelInfo): string {
  return told(t, `model.${model.name}.plural`) ?? model.plural;
}

function told(t: Translate, key: string): string | undefined {
  const words = t(key);
  return words === key ? undefined : words;
}
