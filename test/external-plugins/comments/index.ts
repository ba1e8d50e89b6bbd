import { definePlugin, type NoOptions } from 'rustio-admin/plugin';
import { Comment, commentAdmin } from './comment.ts';
import { addForm, column, panel } from './panel.ts';
import { removeWith } from './rules.ts';

declare module 'rustio-admin/plugin' {
  interface PluginOptions {
    comments: NoOptions;
  }
}

/** Comments on any record of any model. */
export const comments = definePlugin({
  name: 'comments',
  api: 1,
  description: 'Comments on any record.',
  requires: ['auth', 'admin'],
  migrations: new URL('./migrations/', import.meta.url),
  templates: new URL('./templates/', import.meta.url),
  models: [Comment],
  admins: [commentAdmin],
  permissions: [
    { name: 'comments.view', description: 'Read comments' },
    { name: 'comments.add', description: 'Add comments' },
  ],
  events: ['comment_added'],
  messages: {
    en: {
      'comments.title': 'Comments',
      'comments.add': 'Add a comment',
      'comments.added': 'The comment was added.',
      'comments.problem.empty': 'Write something first.',
      'comments.problem.long': 'A comment has at most {max} characters.',
      'comments.problem.unstorable': 'This holds a character that cannot be stored.',
      'event.comment_added': 'Comment added',
    },
    ar: {
      'comments.title': 'التعليقات',
      'comments.add': 'أضف تعليقًا',
      'comments.added': 'أُضيف التعليق.',
      'comments.problem.empty': 'اكتب شيئًا أولًا.',
      'comments.problem.long': 'التعليق {max} حرف على الأكثر.',
      'comments.problem.unstorable': 'في النص محرف لا يمكن حفظه.',
      'event.comment_added': 'أُضيف تعليق',
    },
  },
  contributes: { 'record.panels': [panel], 'list.columns': [column] },
  on: () => ({ delete: (tx, { subject }) => removeWith(tx, subject) }),
  routes(routes) {
    routes.post(
      '/:model/:key/+comments',
      { access: { permission: 'comments.add' }, body: { limit: '20 KB' } },
      addForm,
    );
  },
});
