import { defineModel, field, type Row, User } from 'rustio-admin';

/** Somebody who sees patients. */
export const Practitioner = defineModel('practitioner', {
  fields: {
    name: field.text({ max: 120, unique: true }),
    specialty: field.choice(['general', 'paediatrics', 'dermatology', 'physiotherapy'], {
      index: true,
      labels: { general: 'General practice' },
    }),
    room: field.text({ max: 20, help: 'Where patients are called to.' }),
    account: field.belongsTo(() => User, {
      nullable: true,
      unique: true,
      onDelete: 'setNull',
      help: 'Who signs in as this person, and so finds his own patients on the start page.',
    }),
  },
});
export interface Practitioner extends Row<typeof Practitioner> {}
