import type { Translate } from '../messages/catalogue.ts';
import type { ModelInfo } from '../model/field-type.ts';

interface Names {
  readonly title: string;
  readonly plural: string;
}

/** By language, since there is one `t` per language. The navigation needs all of them on every page. */
const cache = new WeakMap<Translate, Map<ModelInfo, Names>>();

/** The name of one record in the user's language: from a plugin's messages (`model.user.title`), else as declared. */
export function modelTitle(t: Translate, model: ModelInfo): string {
  return namesOf(t, model).title;
}

/** The plural name: `model.user.plural`. In the form used inside a sentence. */
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

/** Capitalises a model's name for use on its own; it is stored in the form used inside a sentence. */
export function capitalised(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}
