import { renamesUnanswered, renameUnknown } from '../errors/migrations.ts';
import { snakeCase } from '../model/names.ts';
import type { Change } from './change.ts';
import { diff } from './diff.ts';
import { applyRenames, type Rename, type Renamed, type RenameQuestion, renameQuestions } from './renames.ts';
import type { Snapshot } from './shape.ts';

/** Answers to questions about renames: from options, or by asking the developer. */
export interface RenameAnswers {
  /** `person.phone=telephone`, `client=guest` */
  readonly renames?: readonly string[];
  /** What was removed rather than renamed: `person.phone`, `client` */
  readonly drops?: readonly string[];
  /** Asks on the terminal whether `from` was renamed to `to`. Returns undefined if there is no terminal. */
  readonly ask?: (from: string, to: string) => Promise<boolean | undefined>;
}

/**
 * Determines for everything that was dropped while something was added whether it was renamed, first from the options, then by
 * asking.
 *
 * @throws RIO-MIGRATE-RENAME if a question is left unanswered, or if an option names something that was not removed or added.
 */
export async function settleRenames(before: Snapshot, after: Snapshot, answers: RenameAnswers): Promise<Renamed> {
  const open = new Answers(answers);
  const renames: Rename[] = [];
  const dropped = new Set<string>();
  for (;;) {
    const renamed = applyRenames(before, after, renames);
    const changes = diff(renamed.before, after);
    const former = new Map(renames.flatMap((rename) => (rename.kind === 'table' ? [[rename.to, rename.from]] : [])));
    const given = open.takeRename(changes, former);
    if (given !== undefined) {
      renames.push(given);
      continue;
    }
    open.takeDrops(changes, former, dropped);
    const questions = renameQuestions(changes).filter((question) => !dropped.has(idOf(question)));
    // Tables come first, because the columns of a renamed table are compared only afterwards.
    const question = questions.find(({ kind }) => kind === 'table') ?? questions[0];
    // fault: rename-unanswered
    if (question === undefined) {
      open.rejectUnused(changes);
      return renamed;
    }
    const answer = await askAbout(question, answers.ask);
    if (answer === undefined)
      throw renamesUnanswered({ count: questions.length, details: questions.flatMap(optionsFor) });
    if (answer === 'dropped') dropped.add(idOf(question));
    else renames.push(answer);
  }
}

async function askAbout(question: RenameQuestion, ask: RenameAnswers['ask']): Promise<Rename | 'dropped' | undefined> {
  for (const candidate of question.candidates) {
    const isRenamed = await ask?.(idOf(question), candidate);
    if (isRenamed === undefined) return undefined;
    if (isRenamed) return renameTo(question, candidate);
  }
  return 'dropped';
}

function renameTo(question: RenameQuestion, to: string): Rename {
  if (question.kind === 'table') return { kind: 'table', from: question.from, to };
  return { kind: 'column', table: question.table, from: question.from, to };
}

/** `client`, `person.phone` */
function idOf(question: RenameQuestion): string {
  return question.kind === 'table' ? question.from : `${question.table}.${question.from}`;
}

/** The question and the options that answer it, if there is no terminal. */
function optionsFor(question: RenameQuestion): string[] {
  const id = idOf(question);
  const [first = ''] = question.candidates;
  const others = question.candidates.length > 1 ? ` (or ${question.candidates.slice(1).join(', ')})` : '';
  return [
    `Was ${id} renamed to ${first}${others}?`,
    `  yes: --rename ${id}=${first}`,
    `  no, it was removed: --drop ${id}`,
  ];
}

/** The given options, each of which is used once. */
class Answers {
  readonly #renames: { readonly option: string; readonly from: string; readonly to: string }[];
  readonly #drops: string[];

  constructor({ renames = [], drops = [] }: RenameAnswers) {
    this.#renames = renames.map((option) => {
      const [from = '', to = '', ...rest] = option.split('=').map((part) => part.trim());
      if (from === '' || to === '' || rest.length > 0)
        throw renameUnknown({
          option: `--rename ${option}`,
          why: 'It has the form person.phone=telephone, or client=guest.',
        });
      return { option, from, to };
    });
    this.#drops = [...drops];
  }

  /** Takes a rename from the options that fits the changes. */
  takeRename(changes: readonly Change[], former: ReadonlyMap<string, string>): Rename | undefined {
    for (const [index, { from, to }] of this.#renames.entries()) {
      const rename = renameQuestions(changes).flatMap((question) => {
        if (!isNamed(question, from, former)) return [];
        const target = question.candidates.find((candidate) => isCalled(candidate, to, question));
        return target === undefined ? [] : [renameTo(question, target)];
      })[0];
      if (rename === undefined) continue;
      this.#renames.splice(index, 1);
      return rename;
    }
    return undefined;
  }

  /** Adds what the options declare as removed. */
  takeDrops(changes: readonly Change[], former: ReadonlyMap<string, string>, dropped: Set<string>): void {
    const questions = renameQuestions(changes);
    for (const name of [...this.#drops]) {
      const ids = questions.filter((question) => isNamed(question, name, former)).map(idOf);
      const removed = ids.length > 0 ? ids : removedIds(changes).filter((id) => sameName(id, name));
      if (removed.length === 0) continue;
      for (const id of removed) dropped.add(id);
      this.#drops.splice(this.#drops.indexOf(name), 1);
    }
  }

  /** @throws RIO-MIGRATE-RENAME for an option that had no effect: a typo must not drop a column. */
  rejectUnused(changes: readonly Change[]): void {
    const [rename] = this.#renames;
    const [drop] = this.#drops;
    const removed = removedIds(changes);
    const why = removed.length === 0 ? 'Nothing else was removed from the models.' : `Removed: ${removed.join(', ')}.`;
    if (rename !== undefined) throw renameUnknown({ option: `--rename ${rename.option}`, why });
    if (drop !== undefined) throw renameUnknown({ option: `--drop ${drop}`, why });
  }
}

function removedIds(changes: readonly Change[]): string[] {
  return changes.flatMap((change) => {
    if (change.kind === 'dropTable') return [change.table.name];
    return change.kind === 'dropColumn' ? [`${change.table}.${change.column.name}`] : [];
  });
}

/** Whether an option answers this question. A column of a renamed table can also be given with the table's old name. */
function isNamed(question: RenameQuestion, name: string, former: ReadonlyMap<string, string>): boolean {
  if (sameName(idOf(question), name)) return true;
  return question.kind === 'column' && sameName(`${former.get(question.table)}.${question.from}`, name);
}

function isCalled(candidate: string, name: string, question: RenameQuestion): boolean {
  if (sameName(candidate, name)) return true;
  return question.kind === 'column' && sameName(`${question.table}.${candidate}`, name);
}

/** Compares names of tables and columns, which can also be given as models and fields: `orderLine.startsAt`. */
function sameName(name: string, given: string): boolean {
  return name === given || name === given.split('.').map(snakeCase).join('.');
}
