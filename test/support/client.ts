import { type FormFields, parseForms } from '../../cli/testing/client.ts';

export {
  Client,
  decodeEntities,
  type FormFields,
  parseForms,
  type TestResponse,
} from '../../cli/testing/client.ts';

/** The values in the form of a page that is posted to `action`; empty if there is no such form. */
export function formFieldsOf(page: string, action: string): FormFields {
  return parseForms(page).find((form) => form.action === action)?.fields ?? {};
}

/** The token of the forms of a page; empty if it has none. */
export function formTokenOf(page: string): string {
  return /name="~token" value="([^"]+)"/.exec(page)?.[1] ?? '';
}
