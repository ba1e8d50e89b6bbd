import { defineModel, field, type Row } from 'rustio-admin';

export const operatorCategories = [
  'airline',
  'cargo',
  'business',
  'private',
  'military',
  'government',
  'unknown',
] as const;

export const Operator = defineModel('operator', {
  fields: {
    name: field.text({ max: 60, unique: true }),
    reportedAs: field.text({
      max: 60,
      unique: true,
      label: 'Reported as',
      help: 'Name as spelled in the strike reports; imports match operators by it.',
    }),
    category: field.choice(operatorCategories, {
      index: true,
      labels: { business: 'Business aviation', private: 'Private owners' },
      help: 'Main type of operation.',
    }),
  },
});
export interface Operator extends Row<typeof Operator> {}
