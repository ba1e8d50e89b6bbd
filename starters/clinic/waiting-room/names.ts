import type { App, Context } from 'rustio-admin';
import { Appointment } from '../models/appointment.ts';
import { Patient } from '../models/patient.ts';
import type { Booked } from './booked-today.ts';

/** The part of a request that identifies the user. */
export type Reader = { readonly state: Pick<Context['state'], 'actor' | 't'> };

/** One of today's patients, limited to what the user can see. */
export interface Named extends Booked {
  /** The URL of the record, if the user can see it. */
  readonly url: string | undefined;
}

/**
 * Adds the names of patients. They are read through `app.records`, which applies the user's permissions. Users who cannot see a
 * patient get a number, which is enough to call them.
 */
export async function withNames({ state }: Reader, app: App, booked: readonly Booked[]): Promise<readonly Named[]> {
  const { actor, t } = state;
  const patients = app.models.of(Patient);
  const relation = app.models.of(Appointment).fields.get('patient');
  const keys = booked.map(({ patientId }) => String(patientId));
  const names: ReadonlyMap<string, string> =
    relation === undefined ? new Map() : await app.records.labels(actor, relation, keys);
  const mayOpen = app.policy.may(actor, 'view', patients);
  return booked.map((one) => {
    const key = String(one.patientId);
    const name = names.get(key);
    return {
      ...one,
      patient: name ?? t('waiting-room.number', { number: key }),
      url: mayOpen && name !== undefined ? app.urls.record(patients, key) : undefined,
    };
  });
}
