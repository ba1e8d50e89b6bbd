export {
  Client,
  decodeEntities,
  type FormFields,
  parseForms,
  type TestResponse,
} from '../../cli/testing/client.ts';
