import { type Check, sql, z } from 'rustio-admin';
import { arrivedBeforeToday } from './clear.ts';

const counted = z.object({ visits: z.coerce.number() });

export const checks: readonly Check[] = [
  {
    name: 'waiting-room-forgotten',
    needs: 'database',
    async run({ app, database }) {
      if (!app || !database) return { status: 'note', message: 'Skipped: no database.' };
      const { visits } = await database.one(sql.type(counted)`
        select count(*) as visits from waiting_visit where called_at is null and ${arrivedBeforeToday(app)}
      `);
      if (visits === 0) return { status: 'ok', message: 'No patients from earlier days are still waiting.' };
      return {
        status: 'warning',
        message:
          visits === 1
            ? '1 patient from an earlier day was never called.'
            : `${visits} patients from earlier days were never called.`,
        fix: 'Check with reception what happened to them, then run: npx rustio-admin waiting-room clear',
      };
    },
  },
];
