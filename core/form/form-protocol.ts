// The names that forms use in addition to those of fields. They contain `~`, which no field name does. docs/urls.md lists them.

/** Hidden fields and buttons of forms; `relation` and `added` are also parameters of URLs. Templates have them as `it.formNames`. */
export const formNames = {
  /** The CSRF token of the session. */
  token: '~token',
  /** The ID of this copy of the form: together with the input it identifies a post, so that a repeated one changes nothing. */
  form: '~form',
  /** The version of the record that the form was filled in from; a change since then is a conflict. */
  version: '~version',
  /** What the form showed in each field: what comes back equal to it counts as not given. */
  shown: '~shown',
  /** The button: where to go after saving (`list`, `stay` or `new`). */
  next: '~then',
  /** The relation that the new record is created for, and the browser tab that waits for it: `appointment.patient.TAB`. */
  relation: '~for',
  /** The key of the record that was created for a relation. */
  added: '~added',
  /** A section of a plugin that the form contains; only those are read. */
  section: '~section',
  /** The query string of the list to return to. */
  list: '~list',
} as const;

/** What follows the name of a field. Templates have them as `it.fieldSuffixes`. */
export const fieldSuffixes = {
  /** The form contains the field, even if no box is ticked or no option selected; without it the value stays unchanged. */
  present: '~',
  /** The key of a file that an earlier, rejected post has uploaded. */
  kept: '~kept',
  /** `true` removes the file. */
  none: '~none',
} as const;

/** Whether the name is one of `formNames`, or could become one: field names never start like this. */
export function isFormName(name: string): boolean {
  return name.startsWith('~');
}
