// Runs the hooks of plugins around one change. See `ModelHooks` in hooks.ts for what each is for.

import { isDeepStrictEqual } from 'node:util';
import type { Transaction } from '../database/pool.ts';
import { didYouMean } from '../model/nearest.ts';
import type { ModelInfo } from '../model/registry.ts';
import { decodeRow } from '../model/row.ts';
import { failedHook } from '../plugin-failure.ts';
import type { Door } from './door.ts';
import type { Change, ModelHooks, OwnedHook } from './hooks.ts';
import { Refusal } from './refusal.ts';
import type { StoredRow } from './stored-row.ts';
import type { Problem, Written } from './types.ts';
import type { Values } from './write.ts';

/** The hooks for a model in the order of their plugins, those for every model included. */
export function hooksOf({ hooks = [] }: Pick<Door, 'hooks'>, model: ModelInfo): readonly OwnedHook[] {
  return hooks.length === 0 ? hooks : hooks.filter((each) => each.model === '*' || each.model === model.model);
}

/** What the hooks of one step have set, and what they object to. */
export interface HookRun {
  readonly values: Values;
  readonly isChanged: boolean;
  readonly problems: readonly Problem[];
}

/** What a step without hooks comes to. */
export const UNTOUCHED: HookRun = { values: {}, isChanged: false, problems: [] };

/**
 * Asks every hook, each with the values that the hooks before it have set, and collects all problems. Hooks act with the rights
 * of their plugin's code, so they may set any field; but nothing writes a field that only its own plugin's rules may change.
 * What a hook hands back as it was given stays the actor's: `{ values: { ...values, name } }` gives no right to the other values.
 */
export async function runHooks(
  step: 'beforeValidate' | 'beforeSave',
  hooks: readonly OwnedHook[],
  tx: Transaction,
  change: Change,
): Promise<HookRun> {
  const problems: Problem[] = [];
  let set: Values = {};
  for (const hook of hooks) {
    if (!hook.hooks[step]) continue;
    const values = { ...change.values, ...set };
    const result = await guarded(hook, step, () => hook.hooks[step]?.(tx, { ...change, values }));
    problems.push(...problemsOf(hook, step, change.model, result?.problems));
    set = { ...set, ...newIn(result?.values ?? {}, values) };
  }
  for (const name of Object.keys(set)) {
    if (change.model.fields.get(name)?.writable === false) {
      problems.push({ field: name, issue: { key: 'problem.notYours' } });
    }
  }
  return { values: set, isChanged: Object.keys(set).length > 0, problems };
}

/** Why hooks keep this row; empty when it may go. */
export async function objectionsTo(
  hooks: readonly OwnedHook[],
  tx: Transaction,
  change: Change,
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const hook of hooks) {
    const result = await guarded(hook, 'beforeDelete', () => hook.hooks.beforeDelete?.(tx, change));
    problems.push(...problemsOf(hook, 'beforeDelete', change.model, result?.problems));
  }
  return problems;
}

/** Registers what follows the commit; one that fails is logged and keeps none of the others from running. */
export function runAfterCommit(
  hooks: readonly OwnedHook[],
  tx: Transaction,
  change: Parameters<NonNullable<ModelHooks['afterCommit']>>[0],
): void {
  for (const hook of hooks) {
    if (!hook.hooks.afterCommit) continue;
    tx.afterCommit(async () => {
      await guarded(hook, 'afterCommit', () => hook.hooks.afterCommit?.(change));
    });
  }
}

/**
 * Undoes what hooks did when the change is refused after all. Without hooks there is nothing to undo, and no savepoint is made.
 */
export async function undoneUnlessDone(
  hooks: readonly OwnedHook[],
  tx: Transaction,
  work: (tx: Transaction) => Promise<Written>,
): Promise<Written> {
  if (hooks.length === 0) return work(tx);
  try {
    return await tx.savepoint(async (inner) => {
      const written = await work(inner);
      if (written.outcome !== 'done') throw new Refusal(written);
      return written;
    });
  } catch (error) {
    if (error instanceof Refusal) return error.outcome;
    throw error;
  }
}

/** A stored row as hooks see it. */
export function hookRow(model: ModelInfo, { wires }: StoredRow): Values {
  return decodeRow(model, wires);
}

/** A problem of a field that the model does not have concerns the whole record: no form has a place for it. */
function problemsOf(
  { owner, log }: OwnedHook,
  hook: keyof ModelHooks,
  { name: model, fields }: ModelInfo,
  problems: readonly Problem[] = [],
): readonly Problem[] {
  return problems.map((problem) => {
    const { field } = problem;
    if (field === undefined || fields.has(field)) return problem;
    log?.warn(
      { plugin: owner, hook, model, field },
      `the hook ${hook} of ${owner} returned a problem for "${field}", which is not a field of ${model}.${didYouMean(field, fields.keys())}`,
    );
    return { ...problem, field: undefined };
  });
}

/** Of what a hook returned, what it has really set. */
function newIn(returned: Values, given: Values): Values {
  const set = Object.entries(returned).filter(
    ([name, value]) => value !== undefined && !(Object.hasOwn(given, name) && isDeepStrictEqual(value, given[name])),
  );
  return Object.fromEntries(set);
}

/** A failure names the plugin and the step. */
async function guarded<T>({ owner, model }: OwnedHook, step: keyof ModelHooks, work: () => Promise<T> | T): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw failedHook(owner, 'hooks', error, `\`${step}\` for ${model === '*' ? 'all models' : model.modelName}`);
  }
}
