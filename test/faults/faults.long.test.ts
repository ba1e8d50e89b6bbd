// timeout: 2400
// Removes one guard, scope, escape or limit after another from a copy of the source; each time a test must fail. If none does, a
// test is missing. FAULT="a form" makes only the faults whose name contains these words.
import { seedFaults } from './seeded.ts';

seedFaults(0);
