// timeout: 2400
// Removes one guard, scope, escape or limit at a time from a copy of the source and runs its tests. If none of them fails, a test is
// missing. FAULT="a form" selects only the faults whose name contains these words.
import { seedFaults } from './seeded.ts';

seedFaults(0);
