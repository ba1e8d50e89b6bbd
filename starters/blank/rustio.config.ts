import { defineConfig } from 'rustio-admin';
import { admins, models } from './models.ts';

export default defineConfig({
  name: 'My project',
  models,
  plugins: { admin: { admins } },
});
