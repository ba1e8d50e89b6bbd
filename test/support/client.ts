import { type FormFields, parseForms } from '../../cli/testing/client.ts';

export {
  Client,
  decodeEntities,
  type FormFields,
  parseForms,
  type TestResponse,
} from '../../cli/testing/client.ts';

/** The values of the form on a page that posts to `action`; empty if there is no such form. */
export function formFieldsOf(page: string, action: string): FormFields {
  return parseForms(page).find((form) => form.action === action)?.fields ?? {};
}

/** The CSRF token of a page's forms; empty if it has none. */
export function formTokenOf(page: string): string {
  return /name="~token" value="([^"]+)"/.exec(page)?.[1] ?? '';
}
