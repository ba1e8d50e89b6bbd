import { field, timestamps } from '../../core/model/field.ts';
import { defineModel, type Row } from '../../core/model/model.ts';
import { ROLES } from './roles.ts';

/**
 * A model over the table rustio_user. The password hash is not a field, so no list, export or history can show it. It is
 * read-only: only functions of this plugin change accounts.
 */
export const User = defineModel('user', {
  fields: {
    id: field.identity(),
    email: field.text({ max: 254, unique: true }),
    displayName: field.text({ max: 150, nullable: true, label: 'Name' }),
    role: field.choice(ROLES, {
      default: 'user',
      index: true,
      tones: { supervisor: 'info', administrator: 'warn', developer: 'warn' },
    }),
    active: field.boolean({ default: true }),
    kind: field.choice(['person', 'service'], { default: 'person', tones: { service: 'info' } }),
    locale: field.text({ max: 35, nullable: true, label: 'Language' }),
    timeZone: field.text({ max: 64, nullable: true }),
    lockedUntil: field.timestamp({ nullable: true, readOnly: true }),
    erasedAt: field.timestamp({ nullable: true, readOnly: true, label: 'Erased' }),
    passwordChangedAt: field.timestamp({ nullable: true, readOnly: true, label: 'Password changed' }),
    ...timestamps(),
  },
  key: 'id',
  label: 'email',
  table: 'rustio_user',
  managed: false,
  readOnly: true,
  selectableBy: 'everyone',
});
export interface User extends Row<typeof User> {}

/** A model over the table rustio_group. */
export const Group = defineModel('group', {
  fields: {
    id: field.identity(),
    name: field.text({ max: 150, unique: true }),
    description: field.text({ max: 500, nullable: true }),
    ...timestamps(),
  },
  key: 'id',
  table: 'rustio_group',
  managed: false,
  readOnly: true,
});
export interface Group extends Row<typeof Group> {}
