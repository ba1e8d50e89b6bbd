import type { App } from '../../core/app.ts';
import { didYouMean } from '../../core/base/nearest.ts';
import type { BootProblem } from '../../core/errors/boot.ts';
import { type JobSchedule, nextAfter } from './schedules.ts';
import { findTask, type JobTask } from './task.ts';

/** Problems with tasks and schedules, which only a worker would find otherwise. */
export function verify(app: App): readonly BootProblem[] {
  const tasks = app.contributions('jobs.tasks');
  const schedules = app.contributions('jobs.schedules');
  return [
    ...duplicates('task', tasks),
    ...duplicates('schedule', schedules),
    ...tasks.flatMap((task) => problemsOf(`task ${task.name}`, taskProblems(app, task))),
    ...schedules.flatMap((schedule) => problemsOf(`schedule ${schedule.name}`, scheduleProblems(app, schedule))),
  ];
}

function problemsOf(where: string, problems: readonly string[]): readonly BootProblem[] {
  return problems.map((problem) => ({ where: `jobs: ${where}`, problem }));
}

function duplicates(kind: string, items: readonly { readonly name: string }[]): readonly BootProblem[] {
  const repeated = items.filter(({ name }, index) => items.findIndex((other) => other.name === name) < index);
  return repeated.flatMap(({ name }) => problemsOf(`${kind} ${name}`, [`Another ${kind} has the same name.`]));
}

function taskProblems(app: App, { name, commit, run, permissions }: JobTask): readonly string[] {
  return [
    ...(/^[a-z][\w.:-]{0,127}$/i.test(name)
      ? []
      : [
          'Its name must start with a letter, and have at most 128 letters, digits, dots, hyphens, underscores and colons.',
        ]),
    ...((commit === undefined) === (run === undefined) ? ['It must have either `commit` or `run`.'] : []),
    ...permissions
      .filter((permission) => !app.permissions.includes(permission))
      .map((permission) => `There is no permission "${permission}".${didYouMean(permission, app.permissions)}`),
  ];
}

function scheduleProblems(app: App, schedule: JobSchedule): readonly string[] {
  const problems: string[] = [];
  const task = findTask(app, schedule.task);
  const names = app.contributions('jobs.tasks').map(({ name }) => name);
  if (task === undefined) problems.push(`There is no task "${schedule.task}".${didYouMean(schedule.task, names)}`);
  else if (!task.payload.safeParse(JSON.parse(JSON.stringify(schedule.payload ?? null))).success)
    problems.push(`Its payload does not match the schema of the task "${schedule.task}".`);
  try {
    nextAfter(app, schedule, Date.now());
  } catch (error) {
    problems.push(
      `Its cron expression or time zone is not valid: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  return problems;
}
