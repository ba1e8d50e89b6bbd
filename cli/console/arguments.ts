// Validates arguments of console functions. Inputs are plain JavaScript, so their types have not been checked.
import type { App } from '../../core/app.ts';
import { didYouMean } from '../../core/base/nearest.ts';
import type { ModelInfo } from '../../core/model/field-type.ts';
import { Rejected } from './rejection-text.ts';

export type Key = string | number | bigint;

export function resolveModel(app: Pick<App, 'models'>, given: unknown): ModelInfo {
  const model = app.models.all.find((each) => each.model === given);
  if (model !== undefined) return model;
  throw new Rejected('The first argument must be a model, for example one of those that .models lists.');
}

/** The key as it appears in a URL. */
export function toKey(given: unknown): string {
  if (typeof given === 'string' || typeof given === 'number' || typeof given === 'bigint') return String(given);
  throw new Rejected('The second argument must be a key: a number or text.');
}

export function checkValues(given: unknown): Readonly<Record<string, unknown>> {
  if (isRecord(given)) return given;
  throw new Rejected("Pass the values as an object: { status: 'open' }.");
}

/** Checks option names: a misspelled option must not be ignored. */
export function checkOptions<O extends object>(given: O | undefined, names: readonly (keyof O & string)[]): O {
  const options: unknown = given ?? {};
  if (!isRecord(options)) throw new Rejected(`Pass the options as an object with: ${names.join(', ')}.`);
  const unknown = Object.keys(options).find((name) => !names.some((known) => known === name));
  if (unknown === undefined) return options as O;
  throw new Rejected(`"${unknown}" is not an option.${didYouMean(unknown, names)} Options: ${names.join(', ')}.`);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
