import { defineConfig } from 'rustio-admin';
import { admins, models } from './models.ts';

export default defineConfig({ name: 'Bench', models, plugins: { admin: { admins } } });
