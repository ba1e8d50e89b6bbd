/**
 * A value that the field type does not allow, written by another program or after a manual schema change. It is shown as
 * PostgreSQL's text and decodes to null, so that one such value does not break the whole list.
 */
export class UnexpectedValue {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }

  toJSON(): string {
    return this.text;
  }
}
