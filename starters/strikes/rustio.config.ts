import { defineConfig } from 'rustio-admin';
import { admins } from './admins.ts';
import { desk } from './desk/index.ts';
import { models } from './models.ts';

export default defineConfig({
  name: 'Wildlife-strike desk',
  timeZone: 'America/New_York',
  models,
  plugins: { admin: { admins } },
  extend: [desk],
  seed: './seed.ts',
});
