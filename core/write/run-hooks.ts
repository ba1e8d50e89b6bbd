// Runs the hooks of plugins around one change. `ModelHooks` in hooks.ts documents each of them.

import { isDeepStrictEqual } from 'node:util';
import { didYouMean } from '../base/nearest.ts';
import { rollBackUnlessDone, type Transaction } from '../database/transaction.ts';
import { wrapHookError } from '../errors/call-hook.ts';
import type { ModelInfo } from '../model/field-type.ts';
import type { Problem } from '../model/issue.ts';
import { decodeRow } from '../model/row.ts';
import type { FullRow } from './full-row.ts';
import type { Change, ModelHooks, OwnedHook } from './hooks.ts';
import type { Values, Written } from './types.ts';
import type { WriteDependencies } from './writer.ts';

/** The hooks for a model in the order of their plugins, including those for every model. */
export function findHooks({ hooks = [] }: Pick<WriteDependencies, 'hooks'>, model: ModelInfo): readonly OwnedHook[] {
  return hooks.length === 0 ? hooks : hooks.filter((hook) => hook.model === '*' || hook.model === model.model);
}

/** The values that the hooks of one step have set, and their problems. */
export interface HookRun {
  readonly values: Values;
  readonly isChanged: boolean;
  readonly problems: readonly Problem[];
}

/** The result of a step without hooks. */
export const NO_HOOKS: HookRun = { values: {}, isChanged: false, problems: [] };

/**
 * Runs every hook, each with the values that the hooks before it have set, and collects all problems. Hooks are trusted code, so
 * they may set any field except one that only its own plugin may change. A value that a hook returns unchanged remains subject to
 * the actor's permissions: `{ values: { ...values, name } }` grants no permission for the other values.
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
    const result = await runHook(hook, step, () => hook.hooks[step]?.(tx, { ...change, values }));
    problems.push(...collectProblems(hook, step, change.model, result?.problems));
    set = { ...set, ...changedBy(result?.values ?? {}, values) };
  }
  for (const name of Object.keys(set)) {
    // fault: hook-sets-protected-field
    if (change.model.fields.get(name)?.writable === false) {
      problems.push({ field: name, issue: { key: 'problem.forbidden' } });
    }
  }
  return { values: set, isChanged: Object.keys(set).length > 0, problems };
}

/** Why hooks reject the deletion of this row; empty if it can be deleted. */
export async function deletionProblems(
  hooks: readonly OwnedHook[],
  tx: Transaction,
  change: Change,
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const hook of hooks) {
    const result = await runHook(hook, 'beforeDelete', () => hook.hooks.beforeDelete?.(tx, change));
    problems.push(...collectProblems(hook, 'beforeDelete', change.model, result?.problems));
  }
  return problems;
}

/** Registers the `afterCommit` hooks. If one fails, the error is logged and the others still run. */
export function runAfterCommit(
  hooks: readonly OwnedHook[],
  tx: Transaction,
  change: Parameters<NonNullable<ModelHooks['afterCommit']>>[0],
): void {
  for (const hook of hooks) {
    if (!hook.hooks.afterCommit) continue;
    tx.afterCommit(async () => {
      await runHook(hook, 'afterCommit', () => hook.hooks.afterCommit?.(change));
    });
  }
}

/** Rolls back what hooks have written if the change is rejected. Without hooks, no savepoint is created. */
export async function undoHooksUnlessDone(
  hooks: readonly OwnedHook[],
  tx: Transaction,
  work: (tx: Transaction) => Promise<Written>,
): Promise<Written> {
  return hooks.length === 0 ? work(tx) : rollBackUnlessDone(tx, work);
}

/** How much of a row is read for a change: hooks receive complete values. */
export function extentFor(hooks: readonly OwnedHook[]): 'trail' | 'whole' {
  return hooks.length > 0 ? 'whole' : 'trail';
}

/** A stored row as hooks receive it. */
export function hookRow(model: ModelInfo, { dbValues }: FullRow): Values {
  return decodeRow(model, dbValues);
}

/** A problem at a field that the model does not have is reported for the whole record, because no form could show it. */
function collectProblems(
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

/** Those of the returned values that differ from the received ones. */
function changedBy(returned: Values, received: Values): Values {
  const set = Object.entries(returned).filter(
    // fault: hook-returns-input
    ([name, value]) =>
      value !== undefined && !(Object.hasOwn(received, name) && isDeepStrictEqual(value, received[name])),
  );
  return Object.fromEntries(set);
}

/** Calls a hook. If it fails, the error names the plugin and the step. */
async function runHook<T>({ owner, model }: OwnedHook, step: keyof ModelHooks, work: () => Promise<T> | T): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw wrapHookError(owner, 'hooks', error, `\`${step}\` for ${model === '*' ? 'all models' : model.modelName}`);
  }
}
