import type { Translate } from '../messages/catalogue.ts';
import type { ModelInfo } from '../model/field-type.ts';

interface Names {
  readonly title: string;
  readonly plural: string;
}

/** Cached because the navigation needs the names of all models on every page. There is one `t` per language. */
const cache = new WeakMap<Translate, Map<ModelInfo, Names>>();

/** The name of one record in the user's language: from a plugin's messages (`model.user.title`), else as declared. */
export function modelTitle(t: Translate, model: ModelInfo): string {
  return namesOf(t, model).title;
}

/** The plural name (`model.user.plural`), in the form used inside a sentence. */
export function modelPlural(t: Translate, model: ModelInfo): string {
  return namesOf(t, model).plural;
}

function namesOf(t: Translate, model: ModelInfo): Names {
  let byModel = cache.get(t);
  if (byModel === undefined) {
    byModel = new Map();
    cache.set(t, byModel);
  }
  let names = byModel.get(model);
  if (names === undefined) {
    names = {
      title: translated(t, `model.${model.name}.title`) ?? model.title,
      plural: translated(t, `model.${model.name}.plural`) ?? model.plural,
    };
    byModel.set(model, names);
  }
  return names;
}

function translated(t: Translate, key: string): string | undefined {
  const text = t(key);
  return text === key ? undefined : text;
}

/** Capitalises a model's name, which is stored in the form used inside a sentence, for use on its own. */
export function capitalised(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}
