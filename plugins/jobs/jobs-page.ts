import type { App } from '../../core/app.ts';
import { forbidden, notFound } from '../../core/errors/http.ts';
import { flash } from '../../core/http/flash.ts';
import { seeOther } from '../../core/http/redirect.ts';
import { auditContext, type Context } from '../../core/request/context.ts';
import type { PageData } from '../../core/request/views.ts';
import { formatterFor, toIso } from '../../core/view/formatter.ts';
import { changeJob, type JobAction } from './change-job.ts';
import { countJobs, isJobState, JOB_STATES, type JobRow, type JobState, readJobs } from './job-list.ts';

interface JobsView extends PageData {
  readonly url: string;
  readonly state: JobState;
  readonly tabs: readonly { readonly state: JobState; readonly count: string; readonly url: string }[];
  readonly tasks: readonly string[];
  readonly task: string | undefined;
  readonly jobs: readonly JobView[];
  readonly olderUrl: string | undefined;
  readonly mayManage: boolean;
}

interface JobView {
  readonly id: string;
  readonly task: string;
  readonly causedBy: string;
  readonly created: Moment;
  /** When it is due, was last started, or finished, depending on the state. */
  readonly at: Moment | undefined;
  readonly outcome: 'done' | 'cancelled' | 'discarded' | undefined;
  readonly attempts: string;
  readonly progress: string | undefined;
  readonly error: string | null;
  readonly actions: readonly { readonly action: JobAction; readonly url: string }[];
}
type Moment = { readonly iso: string; readonly text: string };

declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'jobs/list': JobsView;
  }
}

const TASK = /^[\w.:-]{1,128}$/;
/** Any number of 18 digits fits into PostgreSQL's bigint. */
const ID = /^[1-9]\d{0,17}$/;

/** GET /jobs */
export async function jobsPage(ctx: Context, app: App): Promise<void> {
  const { actor, t } = ctx.state;
  const query = new URLSearchParams(ctx.querystring);
  const state = parameter(query, 'state', isJobState) ?? 'waiting';
  const task = parameter(query, 'task', (text): text is string => TASK.test(text));
  const before = parameter(query, 'before', (text): text is string => ID.test(text));
  const reading = app.readingFor(actor);
  const counts = await countJobs(reading);
  const { jobs, hasMore } = await readJobs(reading, { state, task, before });
  const mayManage = app.policy.holds(actor, 'jobs.manage');
  const formatter = formatterFor(ctx);
  const url = app.urls.to('/jobs');
  const last = jobs.at(-1)?.id;
  app.views.page(ctx, 'jobs/list', {
    title: t('jobs.title'),
    url,
    state,
    tabs: JOB_STATES.map((each) => ({
      state: each,
      count: t('jobs.count', { n: counts[each], over: String(counts[each] > 10_000) }),
      url: urlWith(url, { state: each, task }),
    })),
    tasks: app
      .contributions('jobs.tasks')
      .map(({ name }) => name)
      .toSorted(),
    task,
    jobs: jobs.map((job) => jobView(job, state)),
    olderUrl: hasMore ? urlWith(url, { state, task, before: last }) : undefined,
    mayManage,
  });

  function jobView(job: JobRow, shown: JobState): JobView {
    const moment = (text: string): Moment => ({ iso: toIso(text), text: formatter.timestamp(text) });
    const at = {
      waiting: job.run_at,
      scheduled: job.run_at,
      running: job.started_at,
      failed: job.started_at,
      done: job.finished_at,
    }[shown];
    return {
      id: job.id,
      task: job.task,
      causedBy: job.caused_by,
      created: moment(job.created_at),
      at: at === null ? undefined : moment(at),
      outcome: job.outcome ?? undefined,
      attempts: job.attempts === null ? '' : t('jobs.attempts', { n: job.attempts, max: job.max_attempts ?? 0 }),
      progress: progressOf(ctx, job),
      error: job.last_error,
      actions: mayManage ? actionsFor(job, shown).map((action) => ({ action, url: `${url}/${job.id}/${action}` })) : [],
    };
  }
}

/** A parameter of the query string; undefined if it is missing or not valid. */
function parameter<T extends string>(
  query: URLSearchParams,
  name: string,
  isValid: (text: string) => text is T,
): T | undefined {
  const text = query.get(name) ?? '';
  return isValid(text) ? text : undefined;
}

function urlWith(url: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(parameters).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return `${url}?${new URLSearchParams(given)}`;
}

function progressOf(ctx: Context, { progress_done: done, progress_total: total }: JobRow): string | undefined {
  if (done === null) return undefined;
  const params = { done: Number(done), total: Number(total ?? 0) };
  return ctx.state.t(total === null ? 'jobs.progress' : 'jobs.progressOf', params);
}

function actionsFor({ attempts }: JobRow, state: JobState): readonly JobAction[] {
  if (state === 'failed') return ['retry', 'discard'];
  if (state === 'done') return [];
  return (attempts ?? 0) > 0 && state !== 'running' ? ['retry', 'cancel'] : ['cancel'];
}

/** POST /jobs/:id/retry, /jobs/:id/discard, /jobs/:id/cancel */
export function jobForm(action: JobAction): (ctx: Context, app: App) => Promise<void> {
  return async (ctx, app) => {
    const { actor, params } = ctx.state;
    const { id = '' } = params;
    if (!ID.test(id)) throw notFound();
    const isDone = await app.writingFor(actor).transaction(async (tx) => {
      const current = await app.events.currentContext(tx, auditContext(ctx));
      if (current === undefined || !app.policy.holds(current.actor, 'jobs.manage')) throw forbidden();
      return changeJob(app, tx, current, { action, id });
    });
    flash(
      ctx,
      app,
      isDone
        ? { tone: 'good', key: `jobs.${action}.done`, params: { id } }
        : { tone: 'bad', key: 'jobs.notPossible', params: { id } },
    );
    seeOther(ctx, app.urls.to(action === 'retry' ? '/jobs' : '/jobs?state=done'));
  };
}
