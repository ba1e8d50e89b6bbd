import type { Insert } from 'rustio-admin';
import type { Patient } from '../models/patient.ts';
import { Chance } from './chance.ts';
import { plusDays } from './day.ts';

export type SeededPatient = Insert<typeof Patient> & { readonly id: number };

const given =
  'Ada Amir Beatrix Bruno Chidi Clara Dafydd Elif Emil Freya Goran Hana Idris Ines Jonas Kaya Leila Malik Mina Noor Olu Petra Quinn Rosa Sami Tamsin Ugo Vera Wren Zoe'.split(
    ' ',
  );
const family =
  'Abbott Adeyemi Barlow Bianchi Calloway Castellan Dunmore Ekwueme Farrow Gallagher Hartley Ibsen Jansen Kowal Lindqvist Marchetti Nakamura Okafor Penhale Quill Rashid Sandoval Thorne Underhill Vance Whitlock'.split(
    ' ',
  );
const allergies = ['Penicillin', 'Latex', 'Peanuts', 'Ibuprofen', 'Bee stings', 'Penicillin, latex'];
const notes = ['Prefers mornings.', 'Hard of hearing: speak slowly.', 'Comes with a carer.', 'Call, do not write.'];

/**
 * Two hundred fictitious patients. Their telephone numbers are from the block that the British regulator reserves for drama
 * (020 7946 0xxx), their addresses from a reserved domain (RFC 2606).
 */
export function generatePatients(): readonly SeededPatient[] {
  const chance = new Chance(20_250_101);
  const names = new Set<string>();
  while (names.size < 200) names.add(`${chance.one(given)} ${chance.one(family)}`);
  return [...names].map((name, at) => ({
    id: at + 1,
    name,
    bornOn: plusDays('1936-03-01', chance.below(32_000)),
    phone: chance.percent(90) ? `+44207946${String(at).padStart(4, '0')}` : null,
    email: chance.percent(70) ? `${name.toLowerCase().replace(' ', '.')}@patients.example` : null,
    cover: chance.percent(70) ? 'public' : chance.percent(75) ? 'private' : 'none',
    allergies: chance.percent(15) ? chance.one(allergies) : null,
    notes: chance.percent(10) ? chance.one(notes) : null,
  }));
}
