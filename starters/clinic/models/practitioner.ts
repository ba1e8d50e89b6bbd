import { defineModel, field, type Row, User } from 'rustio-admin';

/** A person who sees patients. */
export const Practitioner = defineModel('practitioner', {
  fields: {
    name: field.text({ max: 120, unique: true }),
    specialty: field.choice(['general', 'paediatrics', 'dermatology', 'physiotherapy'], {
      index: true,
      labels: { general: 'General practice' },
    }),
    room: field.text({ max: 20, help: 'The room that patients are called to.' }),
    account: field.belongsTo(() => User, {
      nullable: true,
      unique: true,
      onDelete: 'setNull',
      help: 'The user account of this practitioner. Their patients are shown on their dashboard.',
    }),
  },
});
export interface Practitioner extends Row<typeof Practitioner> {}
