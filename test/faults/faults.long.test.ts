// timeout: 1500
// Takes one guard, scope, escape or bound after another out of a copy of the source; the tests must notice every time. One that
// survives means that a test is missing. FAULT="a form" makes only those whose name holds these words.
import { seedFaults } from './seeded.ts';

seedFaults(0);
