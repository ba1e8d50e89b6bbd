// timeout: 2400
// The other half of the faults, at the same time as faults.long.test.ts.
import { seedFaults } from './seeded.ts';

seedFaults(1);
