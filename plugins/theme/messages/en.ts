import type { Messages } from '../../../core/messages/catalogue.ts';

export const en: Messages = {
  'theme.label': 'Theme',
  'theme.light': 'Light',
  'theme.dark': 'Dark',
  'theme.system': 'System',
};
