import type { Messages } from '../../../core/view/words.ts';

export const en: Messages = {
  'theme.label': 'Theme',
  'theme.light': 'Light',
  'theme.dark': 'Dark',
  'theme.system': 'System',
};
