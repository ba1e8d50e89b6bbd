import { type Command, commandAuditContext } from 'rustio-admin';
import { bookedToday } from './booked-today.ts';
import { clear } from './clear.ts';

export const commands: readonly Command[] = [
  {
    name: 'waiting-room list',
    group: 'Manage the waiting room',
    description: 'List today’s patients: expected, waiting and called',
    needs: 'database',
    async run({ app }, { print }) {
      if (!app) return;
      const booked = await bookedToday(app.database, app, commandAuditContext().actor);
      for (const { time, state, patient, practitioner } of booked) {
        print([time, state.padEnd(8), `${patient}, with ${practitioner}`].join('  '));
      }
      if (booked.length === 0) print('There are no appointments today.');
    },
  },
  {
    name: 'waiting-room clear',
    description: 'Clear visits from earlier days',
    needs: 'database',
    async run({ app }, { print }) {
      if (!app) return;
      const visits = await app.database.transaction((tx) => clear(tx, commandAuditContext(), app));
      if (visits === 0) print('There are no visits to clear.');
      else print(visits === 1 ? 'Cleared 1 visit from an earlier day.' : `Cleared ${visits} visits from earlier days.`);
    },
  },
];
