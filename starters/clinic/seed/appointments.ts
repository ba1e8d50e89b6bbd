import type { Insert } from 'rustio-admin';
import type { Appointment } from '../models/appointment.ts';
import { plusDays } from './dates.ts';
import { Random } from './random.ts';

export type SeededAppointment = Insert<typeof Appointment> & { readonly id: number; readonly startsAt: Date };

const APPOINTMENTS = 2_000;
const DAYS_BACK = 70;
const DAYS_AHEAD = 29;
const APPOINTMENTS_PER_DAY = APPOINTMENTS / (DAYS_BACK + 1 + DAYS_AHEAD);
const OPENING_HOUR = 8;
const OPEN_HOURS = 10;
const SLOT_MINUTES = 20;
const SLOTS_PER_DAY = (OPEN_HOURS * 60) / SLOT_MINUTES;
const REASONS = [
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

/**
 * Two thousand appointments before and after `today`, distributed evenly over the days of the week. No practitioner has two at
 * the same time.
 */
export function generateAppointments(
  today: string,
  patients: readonly { readonly id: number }[],
  practitioners: readonly { readonly id: number }[],
): readonly SeededAppointment[] {
  const random = new Random(20_250_202);
  const appointments: SeededAppointment[] = [];
  for (let offset = -DAYS_BACK; offset <= DAYS_AHEAD; offset++) {
    const day = plusDays(today, offset);
    const taken = new Set<string>();
    while (taken.size < APPOINTMENTS_PER_DAY) {
      const practitioner = random.pick(practitioners).id;
      const slot = random.int(SLOTS_PER_DAY);
      // Today's appointments are still booked, so that the waiting room is not empty after the first start.
      const status = offset < 0 ? pastStatus(random) : 'booked';
      if (taken.has(`${practitioner} ${slot}`)) continue;
      taken.add(`${practitioner} ${slot}`);
      appointments.push({
        id: appointments.length + 1,
        patient: random.pick(patients).id,
        practitioner,
        startsAt: new Date(Date.parse(`${day}T00:00:00Z`) + (OPENING_HOUR * 60 + slot * SLOT_MINUTES) * 60_000),
        minutes: SLOT_MINUTES,
        status,
        reason: random.percent(80) ? random.pick(REASONS) : null,
      });
    }
  }
  return appointments;
}

function pastStatus(random: Random): 'done' | 'missed' | 'cancelled' {
  if (random.percent(90)) return 'done';
  return random.percent(50) ? 'missed' : 'cancelled';
}
