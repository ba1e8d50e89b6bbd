import type { Insert } from 'rustio-admin';
import type { Appointment } from '../models/appointment.ts';
import { Chance } from './chance.ts';
import { plusDays } from './day.ts';

export type SeededAppointment = Insert<typeof Appointment> & { readonly id: number; readonly startsAt: Date };

const APPOINTMENTS = 2_000;
const daysBack = 70;
const daysAhead = 29;
const aDay = APPOINTMENTS / (daysBack + 1 + daysAhead);
const firstHour = 8;
const slotMinutes = 20;
/** From eight to six. */
const slots = (10 * 60) / slotMinutes;
const reasons = [
  'Cough for two weeks',
  'Check-up',
  'Back pain',
  'Follow-up',
  'Skin rash',
  'Vaccination',
  'Blood pressure check',
  'Knee injury',
  'Medical certificate',
  'Headaches',
];

/** Two thousand appointments around that day, on every day of the week, none of them at the same time. */
export function generateAppointments(
  today: string,
  patients: readonly { readonly id: number }[],
  practitioners: readonly { readonly id: number }[],
): readonly SeededAppointment[] {
  const chance = new Chance(20_250_202);
  const made: SeededAppointment[] = [];
  for (let back = daysBack; back >= -daysAhead; back--) {
    const day = plusDays(today, -back);
    const taken = new Set<string>();
    while (taken.size < aDay) {
      const practitioner = chance.one(practitioners).id;
      const slot = chance.below(slots);
      // The waiting room is never empty on the day of the first start.
      const status = back > 0 ? past(chance) : 'booked';
      if (taken.has(`${practitioner} ${slot}`)) continue;
      taken.add(`${practitioner} ${slot}`);
      made.push({
        id: made.length + 1,
        patient: chance.one(patients).id,
        practitioner,
        startsAt: new Date(Date.parse(`${day}T00:00:00Z`) + (firstHour * 60 + slot * slotMinutes) * 60_000),
        minutes: slotMinutes,
        status,
        reason: chance.percent(80) ? chance.one(reasons) : null,
      });
    }
  }
  return made;
}

function past(chance: Chance): 'done' | 'missed' | 'cancelled' {
  if (chance.percent(90)) return 'done';
  return chance.percent(50) ? 'missed' : 'cancelled';
}
