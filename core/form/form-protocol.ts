// Names of form inputs that are not fields. They contain `~`, which field names cannot contain. docs/urls.md lists them.

/** Hidden fields and buttons of forms; `relation` and `added` are also parameters of URLs. Templates have them as `it.formNames`. */
export const formNames = {
  /** The CSRF token of the session. */
  token: '~token',
  /**
   * The ID of this rendering of the form. Together with the submitted values it identifies a submission, so that repeating it
   * changes nothing.
   */
  form: '~form',
  /** The version of the record when the form was rendered; a later change is a conflict. */
  version: '~version',
  /** The value that the form showed in each field. A field that is submitted unchanged counts as not given. */
  shown: '~shown',
  /** The submit button, which decides where to go after saving (`list`, `stay` or `new`). */
  next: '~then',
  /** The relation that the new record is created for, and the browser tab that waits for it: `appointment.patient.TAB`. */
  relation: '~for',
  /** The key of the record that was created for a relation. */
  added: '~added',
  /** The name of a plugin's section that the form contains. Only sections named here are read. */
  section: '~section',
  /** The query string of the list to return to. */
  list: '~list',
} as const;

/** Suffixes of field names. Templates have them as `it.fieldSuffixes`. */
export const fieldSuffixes = {
  /**
   * Marks that the form contains the field, even if no checkbox is ticked and no option selected. Without it, the value is not
   * changed.
   */
  present: '~',
  /** The key of a file that was uploaded by an earlier, rejected submission. */
  kept: '~kept',
  /** `true` removes the file. */
  none: '~none',
} as const;

/** Whether the name is one of `formNames`, or could become one: field names never start like this. */
export function isFormName(name: string): boolean {
  return name.startsWith('~');
}
