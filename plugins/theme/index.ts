import { definePlugin } from '../../core/plugin.ts';
import { chooseTheme, readTheme } from './choice.ts';

/** Light or dark, as the reader's system has it or as he chose; told by the server as an attribute of the page. */
export const theme = definePlugin({
  name: 'theme',
  api: 1,
  description: 'Light and dark.',
  identify: () => readTheme,
  routes(routes) {
    routes.post('/+theme', { open: true }, chooseTheme, { despite: 'all' });
  },
});
