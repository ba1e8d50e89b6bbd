/** The application that is fuzzed: every type of field, key and relation, with rows. */

import { sql } from 'slonik';
import type { Config } from '../../core/config.ts';
import { field } from '../../core/model/field.ts';
import { defineModel } from '../../core/model/model.ts';
import { definePlugin } from '../../core/plugin.ts';
import { commandAuditContext } from '../../core/policy/actor.ts';
import { defineAdmin } from '../../plugins/admin/define-admin.ts';
import { fromWritten } from '../../plugins/admin/run-action.ts';
import { png } from '../core/files/contents.ts';
import {
  allPermissions as adminPermissions,
  admins,
  models,
  openDesk,
  Place,
  run,
  Thing,
} from '../plugins/admin/desk.ts';
import type { TestApp } from '../support/app.ts';
import { permissionsFor } from '../support/permissions.ts';
import { runSql } from '../support/run-sql.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { DATABASE_RULES } from './database-rules.ts';

/** The field types that the application of the admin's tests does not have. */
const Profile = defineModel('profile', {
  fields: {
    title: field.text({ max: 200 }),
    slug: field.slug({ from: 'title' }),
    mail: field.email({ nullable: true, unique: true }),
    phone: field.phone({ nullable: true }),
    site: field.url({ nullable: true }),
    words: field.array(field.text({ max: 40 }), { nullable: true, max: 5 }),
    counts: field.array(field.integer({ min: 0 }), { nullable: true }),
    colours: field.array(field.choice(['red', 'blue']), { default: [] }),
    fee: field.money({ currency: 'EUR', nullable: true, min: '0' }),
    colour: field.colour({ nullable: true }),
    notes: field.markdown({ nullable: true }),
    raw: field.bytes({ nullable: true }),
    scan: field.file({ nullable: true, max: '20 KB' }),
    photo: field.image({ nullable: true, max: '20 KB' }),
    thing: field.belongsTo(() => Thing, { nullable: true, onDelete: 'cascade' }),
    place: field.belongsTo(() => Place, { nullable: true, onDelete: 'restrict' }),
  },
  label: 'title',
});

const profileAdmin = defineAdmin(Profile, {
  list: ['title', 'mail', 'words', 'fee', 'colour', 'photo'],
  filters: ['words', 'colours', 'fee', 'scan', 'thing', 'place'],
  search: ['title', 'mail', 'thing.name'],
});

/** Called once the access check of the request with this ID has passed. */
export const arrivals = new Map<string, () => void>();

/** One item at each extension point of lists and records; both actions delete their records. */
const extras = definePlugin({
  name: 'extras',
  api: 1,
  requires: ['admin'],
  templates: new URL('../plugins/admin/extension-views/', import.meta.url),
  middleware: () => [
    {
      name: 'arrivals',
      stage: 'after-access',
      async run(ctx, next) {
        arrivals.get(ctx.state.correlationId)?.();
        await next();
      },
    },
  ],
  contributes: {
    'record.panels': [
      {
        name: 'about',
        models: 'all',
        view: 'extras/panel',
        load: async (_ctx, _app, _model, { label }) => ({ label }),
      },
    ],
    'record.tabs': [
      {
        name: 'more',
        models: 'all',
        label: 'More',
        view: 'extras/tab',
        load: async (_ctx, _app, _model, { label }) => ({ label }),
      },
    ],
    'record.actions': [
      {
        name: 'remove',
        models: 'all',
        label: 'Remove',
        access: { permission: 'delete' },
        form: { view: 'extras/reason' },
        run: async (tx, context, { app, model, record }) =>
          fromWritten(await app.write.remove(tx, context, model.model, record.key, record.version)),
      },
    ],
    'list.actions': [
      {
        name: 'remove',
        models: 'all',
        label: 'Remove',
        access: { permission: 'delete' },
        run: async (tx, context, { app, model, records }) => {
          const failed = [];
          for (const { key, label, version } of records) {
            const removed = await app.write.remove(tx, context, model.model, key, version);
            if (removed.outcome !== 'done') failed.push({ label, reason: { key: removed.outcome } });
          }
          return { outcome: 'done', failed };
        },
      },
    ],
    'list.columns': [
      {
        name: 'one',
        models: 'all',
        label: 'One',
        sql: { type: 'bigint', expression: () => sql.fragment`1`, sortable: true },
      },
    ],
    'list.filters': [
      {
        name: 'odd',
        models: 'all',
        label: 'Odd',
        choices: () => [
          { value: 'yes', label: 'Yes' },
          { value: 'no', label: 'No' },
        ],
        where: (value) => (value === 'yes' ? sql.fragment`true` : sql.fragment`false`),
      },
    ],
  },
});

export const allPermissions = [
  ...adminPermissions,
  ...permissionsFor([Profile]),
  'user.view',
  'group.view',
  'audit.view',
];

export async function openFuzzApp(): Promise<TestApp> {
  const config: Partial<Config> = {
    models: [...models, Profile],
    extend: [extras],
    plugins: { admin: { admins: [...admins, profileAdmin] } },
    files: { folder: temporaryFolder() },
    trustedProxies: 1,
    trustCorrelationId: true,
    timeZone: 'Europe/Berlin',
  };
  const app = await openDesk(config);
  const insert = run(app);
  await insert`insert into place (code, name, zone, height) select 'P' || n, 'Place ' || n, case when n % 2 = 0 then 'north' end, n from generate_series(1, 12) n`;
  await insert`insert into place (code, name) values ('', 'Nowhere'), ('a/b, ~c', 'Odd'), ('ä ö', 'Umlauts')`;
  await insert`insert into thing (name, amount, day, moment, state, place_code) select 'Thing ' || n, n, date '2026-01-01' + n, now() - n * interval '1 hour', 'open', 'P' || (n % 12 + 1) from generate_series(1, 200) n`;
  await insert`insert into leg (origin_code, destination_code, miles) select 'P' || n, 'P' || (n + 1), n from generate_series(1, 11) n`;
  await insert`insert into tag (name) select 'tag ' || n from generate_series(1, 200) n`;
  await insert`insert into ticket (title, thing_id) select 'Ticket ' || n, n from generate_series(1, 200) n`;
  await insert`insert into contract (number, holder_id) select 'C' || n, n from generate_series(1, 5) n`;
  await insert`insert into person (name, near_code) select 'Person ' || n, 'P1' from generate_series(1, 5) n`;
  await insert`insert into alt.bestand (lfd_nr, bezeichnung, wert) select n, 'Bestand ' || n, n from generate_series(1, 5) n`;
  for (let n = 1; n <= 10; n++) await addProfileWithPhoto(app, `Pictured ${n}`);
  await insert`insert into profile (title, slug, mail, thing_id) select 'Profile ' || n, 'profile-' || n, 'p' || n || '@example.org', n from generate_series(1, 200) n`;
  await runSql(app.app.database.url, DATABASE_RULES);
  return app;
}

async function addProfileWithPhoto({ app }: TestApp, title: string): Promise<void> {
  const context = commandAuditContext();
  const model = app.models.of(Profile);
  const photo = model.fields.get('photo');
  const added = photo && (await app.files.add(context.actor, photo, 'photo.png', png()));
  if (!added?.ok) throw new Error('the photo was rejected');
  const values = { title, photo: added.value.key };
  await app.database.transaction((tx) => app.write.createAny(tx, context, model, values));
}
