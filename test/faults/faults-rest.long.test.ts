// timeout: 2400
// The other half of the faults, which runs in parallel with faults.long.test.ts.
import { seedFaults } from './seeded.ts';

seedFaults(1);
