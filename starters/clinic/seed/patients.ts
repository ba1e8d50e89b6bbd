import type { Insert } from 'rustio-admin';
import type { Patient } from '../models/patient.ts';
import { plusDays } from './dates.ts';
import { Random } from './random.ts';

export type SeededPatient = Insert<typeof Patient> & { readonly id: number };

const PATIENTS = 200;
const GIVEN_NAMES =
  'Ada Amir Beatrix Bruno Chidi Clara Dafydd Elif Emil Freya Goran Hana Idris Ines Jonas Kaya Leila Malik Mina Noor Olu Petra Quinn Rosa Sami Tamsin Ugo Vera Wren Zoe'.split(
    ' ',
  );
const FAMILY_NAMES =
  'Abbott Adeyemi Barlow Bianchi Calloway Castellan Dunmore Ekwueme Farrow Gallagher Hartley Ibsen Jansen Kowal Lindqvist Marchetti Nakamura Okafor Penhale Quill Rashid Sandoval Thorne Underhill Vance Whitlock'.split(
    ' ',
  );
const ALLERGIES = ['Penicillin', 'Latex', 'Peanuts', 'Ibuprofen', 'Bee stings', 'Penicillin, latex'];
const NOTES = ['Prefers mornings.', 'Hard of hearing: speak slowly.', 'Comes with a carer.', 'Call, do not write.'];

/**
 * Two hundred fictitious patients. Their telephone numbers are from the range that the British regulator reserves for drama (020
 * 7946 0xxx), their email addresses from a reserved domain (RFC 2606).
 */
export function generatePatients(): readonly SeededPatient[] {
  const random = new Random(20_250_101);
  const names = new Set<string>();
  while (names.size < PATIENTS) names.add(`${random.pick(GIVEN_NAMES)} ${random.pick(FAMILY_NAMES)}`);
  return [...names].map((name, index) => ({
    id: index + 1,
    name,
    bornOn: plusDays('1936-03-01', random.int(32_000)),
    phone: random.percent(90) ? `+44207946${String(index).padStart(4, '0')}` : null,
    email: random.percent(70) ? `${name.toLowerCase().replace(' ', '.')}@patients.example` : null,
    cover: random.percent(70) ? 'public' : random.percent(75) ? 'private' : 'none',
    allergies: random.percent(15) ? random.pick(ALLERGIES) : null,
    notes: random.percent(10) ? random.pick(NOTES) : null,
  }));
}
