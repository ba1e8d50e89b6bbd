import { definePlugin } from '../../core/plugin.ts';
import { chooseTheme, themeReader, themeSection, themeSwitch } from './choice.ts';
import { ar } from './messages/ar.ts';
import { en } from './messages/en.ts';

declare module '../../core/settings.ts' {
  interface PluginOptions {
    theme: NoOptions;
  }
}

/** Light or dark, from the user's system or their own choice; set by the server as an attribute of the page. */
export const theme = definePlugin({
  name: 'theme',
  api: 1,
  description: 'Light and dark themes.',
  templates: new URL('../../templates/theme/', import.meta.url),
  messages: { en, ar },
  middleware: (app) => [{ name: 'theme', stage: 'before-route', run: themeReader(app) }],
  contributes: {
    'layout.userMenu': [{ name: 'theme', rank: 10, view: 'theme/switch', data: themeSwitch }],
    'profile.sections': [{ name: 'theme', title: 'theme.label', view: 'theme/switch', data: themeSection }],
  },
  routes(routes) {
    routes.post('/+theme', { access: { open: true }, skipGates: 'all' }, chooseTheme);
  },
});
