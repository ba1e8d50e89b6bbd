import type { Translate } from '../messages/catalogue.ts';
import type { FieldInfo, ModelInfo } from '../model/field-type.ts';

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

/** The label of a field in the user's language (`field.user.email`), else as declared. */
export function fieldLabel(t: Translate, field: FieldInfo): string {
  return textsOf(t, field).label;
}

/** The help of a field (`field.user.email.help`). */
export function fieldHelp(t: Translate, field: FieldInfo): string {
  return textsOf(t, field).help;
}

/** The label of a choice (`choice.user.role.staff`). A value that is not a choice is returned unchanged. */
export function choiceLabel(t: Translate, field: FieldInfo, value: string): string {
  return textsOf(t, field).choices.get(value) ?? value;
}

interface FieldTexts {
  readonly label: string;
  readonly help: string;
  readonly choices: ReadonlyMap<string, string>;
}

const fieldTexts = new WeakMap<Translate, WeakMap<FieldInfo, FieldTexts>>();

function textsOf(t: Translate, field: FieldInfo): FieldTexts {
  let byField = fieldTexts.get(t);
  if (byField === undefined) {
    byField = new WeakMap();
    fieldTexts.set(t, byField);
  }
  let texts = byField.get(field);
  if (texts === undefined) {
    const name = `${field.model.name}.${field.name}`;
    texts = {
      label: translated(t, `field.${name}`) ?? field.label,
      help: translated(t, `field.${name}.help`) ?? field.help,
      choices: new Map(
        field.values.map((value) => [
          value,
          translated(t, `choice.${name}.${value}`) ?? field.valueLabels[value] ?? value,
        ]),
      ),
    };
    byField.set(field, texts);
  }
  return texts;
}

function translated(t: Translate, key: string): string | undefined {
  const text = t(key);
  return text === key ? undefined : text;
}

/** Capitalises a model's name, which is stored in the form used inside a sentence, for use on its own. */
export function capitalised(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}
