import type { Words } from '../../../core/view/words.ts';

/** What the pages of the admin say, in English. `singular` and `plural` are the model's own words. */
export const adminWords: Words = {
  'admin.crumbs': 'Where you are',
  'admin.edit': 'Edit',
  'admin.history': 'History',
  'admin.delete': 'Delete',
  'admin.cancel': 'Cancel',
  'admin.count': '{rows, number}{more, select, true {+} other {}}',

  // ── index
  'admin.index.records': 'All records',
  'admin.index.others': 'Others',
  'admin.index.add': 'Add',
  'admin.index.nothing': 'There is nothing that you may see yet. Ask an administrator for a permission.',
  'admin.index.changes': 'Recent changes',
  'admin.index.noChanges': 'Nothing has been changed yet.',
  'admin.index.audit': 'Audit',

  // ── list
  'admin.list.add': 'Add {singular}',
  'admin.list.addFirst': 'Add the first {singular}',
  'admin.list.search': 'Search',
  'admin.list.searchIn': 'Search {plural}',
  'admin.list.apply': 'Apply',
  'admin.list.from': 'From',
  'admin.list.to': 'To',
  'admin.list.on': 'On',
  'admin.list.narrowedBy': 'Narrowed by',
  'admin.list.remove': 'Remove {label}',
  'admin.list.clear': 'Clear all',
  'admin.list.fresh': 'No {plural} yet',
  'admin.list.noneFit': 'No {plural} found',
  'admin.list.noneFitWhy': 'Nothing fits the search and the filters together. Take one away, or clear them all.',
  'admin.list.pageEmpty': 'There are no rows on this page.',

  'admin.pager': 'Pages',
  'admin.pager.first': 'First',
  'admin.pager.previous': 'Previous',
  'admin.pager.next': 'Next',
  'admin.pager.last': 'Last',
  'admin.pager.exact': 'Count exactly',

  // ── detail
  'admin.detail.related': 'Related',
  'admin.detail.record': 'Record',
  'admin.detail.key': 'Key',
  'admin.detail.created': 'Added',
  'admin.detail.changed': 'Changed',

  // ── form
  'admin.form.required': '(required)',
  'admin.form.none': 'None',
  'admin.form.save': 'Save',
  'admin.form.saveAndStay': 'Save and continue',
  'admin.form.saveAndNew': 'Save and add another',
  'admin.form.mistakes': 'Not saved: {n, plural, one {# thing needs} other {# things need}} a look',
  'admin.conflict': 'Not saved: somebody else changed this first',
  'admin.conflict.why':
    '{n, plural, =0 {What you typed is below.} other {Changed in the meantime: {fields}. What you typed is below.}} Compare, then save again to keep yours.',
  'admin.conflict.fresh': 'See the record as it is now (new tab)',
  'admin.combobox.none': 'Nothing found',
  'admin.combobox.more': 'There is more: type to narrow the list',
  'admin.combobox.failed': 'The list could not be loaded. Type again to retry',
  'admin.combobox.add': 'Add …',

  // ── delete
  'admin.delete.will': 'will be deleted. This cannot be undone.',
  'admin.delete.blocked': 'this cannot be deleted while other rows need it.',
  'admin.delete.hangs': 'What hangs on it',
  'admin.delete.rows': 'Rows',
  'admin.delete.effect': 'What happens',
  'admin.delete.holds': 'Stand in the way',
  'admin.delete.goes': 'Are deleted too',
  'admin.delete.cleared': 'Lose the link',
  'admin.delete.nothing': 'Nothing else hangs on it.',
  'admin.delete.do': '{n, plural, =0 {Delete} one {Delete} other {Delete # rows}}',
  'admin.delete.keep': 'Keep it',
  'admin.delete.back': 'Back to the record',

  // ── history
  'admin.history.create': 'added this',
  'admin.history.update': 'changed {n, plural, one {# field} other {# fields}}',
  'admin.history.delete': 'deleted this',
  'admin.history.field': 'Field',
  'admin.history.before': 'Before',
  'admin.history.after': 'After',
  'admin.history.older': 'Older changes',
  'admin.history.none': 'No changes yet',
  'admin.history.noneWhy': 'Every change from now on is told here, with who made it and when.',
};
