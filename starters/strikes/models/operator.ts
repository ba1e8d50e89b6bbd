import { defineModel, field, type Row } from 'rustio-admin';

export const Operator = defineModel('operator', {
  fields: {
    name: field.text({ max: 60, unique: true }),
    reportedAs: field.text({
      max: 60,
      unique: true,
      label: 'Reported as',
      help: 'The spelling in the strike reports; an import recognises the operator by it.',
    }),
    category: field.choice(['airline', 'cargo', 'business', 'private', 'military', 'government', 'unknown'], {
      index: true,
      labels: { business: 'Business aviation', private: 'Private owners' },
      help: 'What the operator mainly flies.',
    }),
  },
});
export interface Operator extends Row<typeof Operator> {}
