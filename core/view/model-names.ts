import type { ModelInfo } from '../model/registry.ts';
import type { Translate } from './words.ts';

interface Names {
  readonly title: string;
  readonly plural: string;
}

/** By language, for there is one `t` of each. The navigation asks for all of them on every page. */
const known = new WeakMap<Translate, Map<ModelInfo, Names>>();

/** What one record is called in the reader's language: by the words of a plugin (`model.user.title`), else as declared. */
export function titleOf(t: Translate, model: ModelInfo): string {
  return namesOf(t, model).title;
}

/** The same for several: `model.user.plural`. Written as inside a sentence. */
export function pluralOf(t: Translate, model: ModelInfo): string {
  return namesOf(t, model).plural;
}

function namesOf(t: Translate, model: ModelInfo): Names {
  let names = known.get(t);
  if (names === undefined) {
    names = new Map();
    known.set(t, names);
  }
  let found = names.get(model);
  if (found === undefined) {
    found = {
      title: told(t, `model.${model.name}.title`) ?? model.title,
      plural: told(t, `model.${model.name}.plural`) ?? model.plural,
    };
    names.set(model, found);
  }
  return found;
}

function told(t: Translate, key: string): string | undefined {
  const words = t(key);
  return words === key ? undefined : words;
}
