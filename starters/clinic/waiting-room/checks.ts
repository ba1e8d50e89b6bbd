import { type Check, sql, z } from 'rustio-admin';
import { earlier } from './clear.ts';

const counted = z.object({ visits: z.coerce.number() });

export const checks: readonly Check[] = [
  {
    name: 'waiting-room-forgotten',
    needs: 'database',
    async run({ app, database }) {
      if (!app || !database) return { status: 'note', message: 'Not asked: there is no database.' };
      const { visits } = await database.one(sql.type(counted)`
        select count(*) as visits from waiting_visit where called_at is null and ${earlier(app)}
      `);
      if (visits === 0) return { status: 'ok', message: 'Nobody of an earlier day is still waiting.' };
      return {
        status: 'warning',
        message: `${visits} patients of earlier days were never called.`,
        fix: 'Ask the desk what became of them, then: npx rustio-admin waiting-room clear',
      };
    },
  },
];
