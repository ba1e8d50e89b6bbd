import { defineAdmin } from 'rustio-admin/admin';
import { User } from 'rustio-admin/auth';
import { defineModel, field } from 'rustio-admin/plugin';

export const Comment = defineModel('comment', {
  fields: {
    id: field.identity(),
    model: field.text(),
    recordKey: field.text(),
    author: field.belongsTo(() => User, { nullable: true, onDelete: 'setNull' }),
    body: field.text({ max: 2_000, multiline: true }),
    createdAt: field.timestamp({ default: 'now', readOnly: true }),
  },
  key: 'id',
  label: 'body',
  table: 'comments_comment',
  managed: false,
  readOnly: true,
});

export const commentAdmin = defineAdmin(Comment, {
  list: ['body', 'model', 'author', 'createdAt'],
  filters: ['author'],
  search: ['body'],
  order: ['-createdAt'],
  group: 'Discussion',
});
