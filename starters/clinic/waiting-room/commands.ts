import { type Command, commandAuditContext } from 'rustio-admin';
import { bookedToday } from './booked-today.ts';
import { clear } from './clear.ts';

export const commands: readonly Command[] = [
  {
    name: 'waiting-room list',
    description: 'List who is expected today, waits, or was called',
    needs: 'database',
    async run({ app }, { print }) {
      if (!app) return;
      const booked = await bookedToday(app.database, app);
      for (const { time, state, patient, practitioner } of booked) {
        print([time, state.padEnd(8), `${patient}, with ${practitioner}`].join('  '));
      }
      if (booked.length === 0) print('There are no appointments today.');
    },
  },
  {
    name: 'waiting-room clear',
    description: 'Forget the visits of earlier days',
    needs: 'database',
    async run({ app }, { print }) {
      if (!app) return;
      const visits = await app.database.transaction((tx) => clear(tx, commandAuditContext(), app));
      print(visits === 0 ? 'There was nothing to clear.' : `Cleared ${visits} visits of earlier days.`);
    },
  },
];
