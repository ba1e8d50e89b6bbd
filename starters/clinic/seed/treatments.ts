import type { Insert } from 'rustio-admin';
import type { Treatment } from '../models/treatment.ts';

/** A fictitious price list. */
export const treatments: readonly Insert<typeof Treatment>[] = [
  { code: 'CON10', name: 'Short consultation', price: '45.00', minutes: 10 },
  { code: 'CON20', name: 'Consultation', price: '80.00', minutes: 20 },
  { code: 'CON40', name: 'Long consultation', price: '140.00', minutes: 40 },
  { code: 'TEL10', name: 'Telephone consultation', price: '35.50', minutes: 10 },
  { code: 'CHK30', name: 'Check-up', price: '110.00', minutes: 30 },
  { code: 'CHK60', name: 'Full check-up', price: '245.00', minutes: 60 },
  { code: 'VAC05', name: 'Vaccination (vaccine billed separately)', price: '18.75', minutes: 5 },
  { code: 'VACFLU', name: 'Vaccine: influenza', price: '21.30', minutes: 5 },
  { code: 'VACTET', name: 'Vaccine: tetanus', price: '26.90', minutes: 5 },
  { code: 'BLD10', name: 'Blood test', price: '24.00', minutes: 10 },
  { code: 'LABSM', name: 'Laboratory test, small panel', price: '38.45', minutes: 5 },
  { code: 'LABLG', name: 'Laboratory test, large panel', price: '96.20', minutes: 5 },
  { code: 'ECG15', name: 'Electrocardiogram', price: '62.00', minutes: 15 },
  { code: 'SPI15', name: 'Lung function test', price: '58.00', minutes: 15 },
  { code: 'DER20', name: 'Skin check', price: '95.00', minutes: 20 },
  { code: 'DEREX', name: 'Mole removal', price: '185.00', minutes: 40 },
  { code: 'WND15', name: 'Wound dressing', price: '41.60', minutes: 15 },
  { code: 'STI30', name: 'Stitches', price: '128.00', minutes: 30 },
  { code: 'PHY30', name: 'Physiotherapy', price: '55.00', minutes: 30 },
  { code: 'PHY45', name: 'Physiotherapy, long session', price: '78.00', minutes: 45 },
  { code: 'PAE20', name: 'Child consultation', price: '75.00', minutes: 20 },
  { code: 'PAEU9', name: 'Child development check', price: '105.00', minutes: 30 },
  { code: 'CERT', name: 'Medical certificate', price: '15.00', minutes: 5 },
  { code: 'REP', name: 'Insurance report', price: '120.00', minutes: 30 },
];
