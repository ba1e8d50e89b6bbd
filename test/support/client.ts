export { type Answer, asTyped, Client, type FormFields, formsOf } from '../../cli/testing/client.ts';
