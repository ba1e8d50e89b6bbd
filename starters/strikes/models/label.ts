import { defineModel, field, type Row } from 'rustio-admin';
import { Strike } from './strike.ts';

export const Label = defineModel('label', {
  fields: {
    name: field.text({ max: 40, unique: true }),
    meaning: field.text({ max: 200, nullable: true, help: 'When to use this label.' }),
  },
});
export interface Label extends Row<typeof Label> {}

/** The labels of strikes. */
export const StrikeLabel = defineModel('strikeLabel', {
  fields: {
    strike: field.belongsTo(() => Strike, { onDelete: 'cascade' }),
    label: field.belongsTo(() => Label, { onDelete: 'cascade' }),
  },
  key: ['strike', 'label'],
  label: ['strike', 'label'],
});
export interface StrikeLabel extends Row<typeof StrikeLabel> {}
