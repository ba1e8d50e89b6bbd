import { defineConfig } from 'rustio-admin';
import { admins, models } from './models.ts';
import { probe } from './probe.ts';

// The benchmark of sign-ins chooses its address.
export default defineConfig({
  name: 'Bench',
  models,
  extend: [probe],
  trustedProxies: 1,
  plugins: { admin: { admins } },
});
