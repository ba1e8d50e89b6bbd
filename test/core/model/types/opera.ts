import { z } from 'zod';
import { defineModel, field, type Row, timestamps } from '../../../../index.ts';
import { defineAdmin, type ModelAdmin } from '../../../../plugins/admin/define-admin.ts';
import { Composer } from './composer.ts';

export const Opera = defineModel('opera', {
  fields: {
    title: field.text(),
    composer: field.belongsTo(() => Composer, { onDelete: 'cascade' }),
    premiere: field.date({ nullable: true }),
    acts: field.integer({ min: 1, default: 1 }),
    fee: field.decimal({ precision: 10, scale: 2, nullable: true }),
    plays: field.bigint({ default: 0n }),
    style: field.choice(['baroque', 'romantic'], { default: 'romantic', tones: { baroque: 'info' } }),
    cast: field.json(z.object({ soprano: z.string() }), { nullable: true }),
    voices: field.manyToMany(() => Voice, { through: () => OperaVoice }),
    ...timestamps(),
  },
  unique: [['title', 'composer']],
  indexes: [['composer', '-premiere']],
});
export interface Opera extends Row<typeof Opera> {}

export const Voice = defineModel('voice', {
  fields: { code: field.text({ max: 3 }), name: field.text() },
  key: 'code',
});
export const OperaVoice = defineModel('operaVoice', {
  fields: { opera: field.belongsTo(() => Opera), voice: field.belongsTo(() => Voice) },
  key: ['opera', 'voice'],
  label: ['opera', 'voice'],
});

export const operaAdmin: ModelAdmin = defineAdmin(Opera, {
  list: ['title', 'composer', 'age', 'voices'],
  computed: { age: { label: 'Age', align: 'end', value: (row) => row.premiere?.length } },
  filters: ['style', 'composer', 'premiere', 'voices'],
  search: ['title', 'style', 'composer.name'],
  order: ['-premiere', 'title'],
});
