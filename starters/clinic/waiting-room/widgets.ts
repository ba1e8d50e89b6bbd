import { type App, type Context, type SmallTable, sql, type Widget, z } from 'rustio-admin';
import { Appointment } from '../models/appointment.ts';
import { bookedToday } from './booked-today.ts';
import { arrivedBeforeToday } from './clear.ts';
import { type Reader, withNames } from './names.ts';

const row = z.object({ patients: z.coerce.number(), longest: z.coerce.number() });

/** The number of waiting patients, and whether any of them has waited too long. */
export const waiting = {
  name: 'waiting',
  access: { permission: 'waiting-room.view' },
  async load({ state }: { readonly state: Pick<Context['state'], 'actor' | 't' | 'locale'> }, app: App) {
    const { patients, longest } = await app.readingFor(state.actor).one(sql.type(row)`
      select
        count(*) as patients,
        coalesce(floor(extract(epoch from now() - min(arrived_at)) / 60), 0)::integer as longest
      from waiting_visit visit
      join ${app.records.tableFor(state.actor, Appointment)} appointment on appointment.id = visit.appointment_id
      where called_at is null and not ${arrivedBeforeToday(app)}
    `);
    const tone = longest >= app.options('waiting-room').longWait ? 'bad' : patients > 0 ? 'warn' : 'good';
    return {
      kind: 'figure',
      value: new Intl.NumberFormat(state.locale).format(patients),
      label: state.t('waiting-room.figure', { n: patients }),
      url: app.urls.to('/+waiting-room'),
      tone,
    };
  },
} as const satisfies Widget;

/** The user's own patients of today, if the user is a practitioner. */
export const ownDay = {
  name: 'own-day',
  access: { role: 'supervisor', permission: 'waiting-room.view' },
  async load(reader: Reader, app: App): Promise<SmallTable> {
    const { actor, t } = reader.state;
    const booked = await bookedToday(app.readingFor(actor), app, actor);
    const mine = booked.filter((one) => actor.kind === 'user' && one.practitionerAccount === actor.id);
    const own = await withNames(reader, app, mine);
    const tones = { expected: 'neutral', waits: 'warn', called: 'good' } as const;
    return {
      kind: 'table',
      title: t('waiting-room.own'),
      more: { label: t('waiting-room.title'), url: app.urls.to('/+waiting-room') },
      columns: [
        { label: t('waiting-room.time') },
        { label: t('waiting-room.patient') },
        { label: t('waiting-room.state') },
      ],
      rows: own.map(({ time, patient, url, state: at, waitedMinutes, calledTo }) => [
        { text: time },
        { text: patient, ...(url !== undefined && { url }) },
        { text: t(`waiting-room.${at}`, { minutes: waitedMinutes, room: calledTo ?? '' }), tone: tones[at] },
      ]),
      empty: t('waiting-room.ownEmpty'),
    };
  },
} as const satisfies Widget;
