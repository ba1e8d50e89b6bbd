// Request handlers: parse, call a function, render or redirect. No SQL and no policy.

import { type App, auditContext, type Context, flash, z } from 'rustio-admin';
import { arrive, type Received } from './arrive.ts';
import { type Booked, bookedToday } from './booked-today.ts';
import { call } from './call.ts';
import type { PatientNote } from './extension-points.ts';
import { withNames } from './names.ts';

const posted = z.object({ appointment: z.string() });
// No control characters: PostgreSQL cannot store NUL.
const calledTo = posted.extend({
  room: z
    .string()
    .trim()
    .regex(/^\P{C}{1,20}$/u),
});

/** GET /+waiting-room */
export async function dayPage(ctx: Context, app: App): Promise<void> {
  await showDay(ctx, app);
}

/** POST /+waiting-room/arrived */
export async function arrivedForm(ctx: Context, app: App): Promise<void> {
  const read = posted.safeParse({ appointment: ctx.state.form?.get('appointment') });
  if (!read.success) return showDay(ctx, app, ctx.state.t('waiting-room.problem.unknown'));
  const { appointment } = read.data;
  const received = await app.database.transaction((tx) => arrive(tx, auditContext(ctx), app, appointment));
  await answer(ctx, app, received, 'waiting-room.hasArrived');
}

/** POST /+waiting-room/called */
export async function calledForm(ctx: Context, app: App): Promise<void> {
  const { form, t } = ctx.state;
  const read = calledTo.safeParse({ appointment: form?.get('appointment'), room: form?.get('room') });
  if (!read.success) return showDay(ctx, app, t('waiting-room.problem.room'));
  const received = await app.database.transaction((tx) => call(tx, auditContext(ctx), app, read.data));
  await answer(ctx, app, received, 'waiting-room.hasBeenCalled', read.data.room);
}

async function answer(ctx: Context, app: App, received: Received, key: string, room = ''): Promise<void> {
  const [booked] = received.booked === undefined ? [] : await withNames(ctx, app, [received.booked]);
  const patient = booked?.patient ?? '';
  if (received.outcome === 'rejected') return showDay(ctx, app, ctx.state.t(received.key, { patient }));
  flash(ctx, app, { tone: 'good', key, params: { patient, room } });
  ctx.redirect(app.urls.to('/+waiting-room'));
  ctx.status = 303;
}

async function showDay(ctx: Context, app: App, problem?: string): Promise<void> {
  const booked = await withNames(ctx, app, await bookedToday(app.readingFor(ctx.state.actor), app, ctx.state.actor));
  const notes = await notesOf(ctx, app, booked);
  const { longWait } = app.options('waiting-room');
  if (problem !== undefined) ctx.status = 422;
  app.views.page(ctx, 'waiting-room/day', {
    title: ctx.state.t('waiting-room.title'),
    problem,
    mayRun: app.access.decide(ctx, { permission: 'waiting-room.run' }) === 'allow',
    rows: booked.map((one) => ({
      ...one,
      tone: one.state === 'waits' ? (one.waitedMinutes >= longWait ? 'bad' : 'warn') : toneOf[one.state],
      notes: notes.get(one.patientId) ?? [],
    })),
  });
}

const toneOf = { expected: 'neutral', called: 'good' } as const;

/** Notes of other plugins on these patients that this user can see. */
async function notesOf(
  ctx: Context,
  app: App,
  booked: readonly Booked[],
): Promise<ReadonlyMap<number, readonly PatientNote[]>> {
  const patients = [...new Set(booked.map(({ patientId }) => patientId))];
  const known = app
    .contributions('waiting-room.notes')
    .filter(({ access }) => app.access.decide(ctx, access) === 'allow');
  const { actor } = ctx.state;
  const found = patients.length === 0 ? [] : await Promise.all(known.map((notes) => notes.load(app, actor, patients)));
  return new Map(patients.map((patient) => [patient, found.flatMap((notes) => notes.get(patient) ?? [])]));
}
