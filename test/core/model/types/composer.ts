// Two files whose models point to each other, each with an admin that searches through the other: must compile.

import { defineModel, field, type Row } from '../../../../index.ts';
import { defineAdmin, type ModelAdmin } from '../../../../plugins/admin/define-admin.ts';
import { Opera } from './opera.ts';

export const Composer = defineModel('composer', {
  fields: {
    name: field.text({ max: 80 }),
    teacher: field.belongsTo(() => Composer, { nullable: true, onDelete: 'setNull' }),
    masterpiece: field.belongsTo(() => Opera, { nullable: true }),
  },
});
export interface Composer extends Row<typeof Composer> {}

export const composerAdmin: ModelAdmin = defineAdmin(Composer, {
  list: ['name', 'teacher', 'masterpiece'],
  search: ['name', 'teacher.name', 'masterpiece.title'],
  filters: ['teacher'],
});
