import { defineConfig } from 'rustio-admin';
import { admins } from './admins.ts';
import { billing } from './billing/index.ts';
import { dues } from './dues/index.ts';
import { models } from './models.ts';
import { waitingRoom } from './waiting-room/index.ts';

export default defineConfig({
  name: 'Clinic',
  timeZone: 'Europe/London',
  models,
  plugins: { admin: { admins }, 'waiting-room': { longWait: 25 } },
  // The order matters: dues contributes to an extension point of the waiting room.
  extend: [billing, waitingRoom, dues],
  seed: './seed.ts',
});
