import type { Messages } from '../words.ts';

/** What the frame around every page says, in English. */
export const layoutWords: Messages = {
  'layout.skip': 'Skip to content',
  'layout.navigation': 'Main',
  'layout.menu': 'Menu',
  'layout.closeMenu': 'Close menu',
  'layout.overview': 'Overview',
  'layout.group.system': 'System',
  'layout.development': 'Development',
  'layout.zone': 'Times: {zone}',

  'layout.keys': 'Keyboard',
  'layout.keys.search': 'Search',
  'layout.keys.rows': 'Next row, previous row',
  'layout.keys.add': 'Add',
  'layout.keys.edit': 'Edit',
  'layout.keys.save': 'Save',
  'layout.keys.help': 'This list',
  'layout.keys.control': 'Ctrl',
  'layout.keys.switch': 'Shortcuts of a single key',
  'layout.keys.close': 'Close',

  'layout.error.why': 'Why',
  'layout.error.fix': 'What to do',
  'layout.error.retry': 'Try again',
  'layout.error.again': 'Try again now',
  'layout.error.home': 'Go to the overview',
  'layout.error.id': 'If you ask for help, give this id:',
};
