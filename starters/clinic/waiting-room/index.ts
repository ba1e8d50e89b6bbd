import { definePlugin } from 'rustio-admin';
import { checks } from './checks.ts';
import { commands } from './commands.ts';
import { deleteVisit } from './delete-visit.ts';
import { events } from './events.ts';
import { options } from './options.ts';
import { arrivedForm, calledForm, dayPage } from './pages.ts';
import './extension-points.ts';
import { en } from './messages.ts';
import { Visit } from './visit.ts';
import { ownDay, waiting } from './widgets.ts';

/** Shows who is in the building: patients arrive at the desk, wait, and are called to a room. */
export const waitingRoom = definePlugin({
  name: 'waiting-room',
  api: 1,
  description: 'Today’s patients: expected, waiting and called.',
  requires: ['admin'],
  options,
  migrations: new URL('./migrations/', import.meta.url),
  templates: new URL('./templates/', import.meta.url),
  messages: { en },
  models: [Visit],
  permissions: [
    { name: 'waiting-room.view', description: 'View today’s patients in the waiting room' },
    { name: 'waiting-room.run', description: 'Check in and call patients' },
  ],
  events,
  on: () => ({ delete: deleteVisit }),
  extensionPoints: ['waiting-room.notes'],
  contributes: {
    'layout.navigation': [
      { label: 'waiting-room.title', path: '/+waiting-room', access: { permission: 'waiting-room.view' }, rank: -1 },
    ],
    'dashboard.widgets': [waiting, ownDay],
  },
  checks,
  commands,
  routes(routes) {
    const run = { access: { permission: 'waiting-room.run' } };
    routes.get('/+waiting-room', { access: { permission: 'waiting-room.view' } }, dayPage);
    routes.post('/+waiting-room/arrived', run, arrivedForm);
    routes.post('/+waiting-room/called', run, calledForm);
  },
});
