import type { Insert } from 'rustio-admin';
import type { Practitioner } from '../models/practitioner.ts';

export type SeededPractitioner = Insert<typeof Practitioner> & { readonly id: number };

/** Six fictitious practitioners; the first one can sign in. */
export const practitioners: readonly SeededPractitioner[] = [
  { id: 1, name: 'Dr Dorothea Okoye', specialty: 'general', room: 'Room 1' },
  { id: 2, name: 'Dr Ciaran Vale', specialty: 'general', room: 'Room 2' },
  { id: 3, name: 'Dr Mirela Stan', specialty: 'paediatrics', room: 'Room 3' },
  { id: 4, name: 'Dr Henrik Aalto', specialty: 'dermatology', room: 'Room 4' },
  { id: 5, name: 'Gwen Prosser', specialty: 'physiotherapy', room: 'Gym' },
  { id: 6, name: 'Tariq Mansour', specialty: 'physiotherapy', room: 'Gym' },
];
