import { defineModel, field, type Row, timestamps } from 'rustio-admin';

export const Patient = defineModel('patient', {
  fields: {
    name: field.text({ max: 120, index: 'search' }),
    bornOn: field.date({ index: true, label: 'Date of birth' }),
    phone: field.phone({ nullable: true, help: 'Include the country code, for example +44 20 7946 0123.' }),
    email: field.email({ nullable: true }),
    cover: field.choice(['public', 'private', 'none'], {
      default: 'public',
      index: true,
      labels: { public: 'Public insurance', private: 'Private insurance', none: 'Self-pay' },
    }),
    allergies: field.text({
      max: 500,
      nullable: true,
      help: 'Allergies that anyone treating the patient must know about.',
    }),
    notes: field.text({ max: 5000, nullable: true, multiline: true }),
    ...timestamps(),
  },
});
export interface Patient extends Row<typeof Patient> {}
