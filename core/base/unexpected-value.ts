/**
 * A value that the field type cannot hold: other programs, and schema changes by hand, store what no form accepts. It is shown as
 * PostgreSQL's text and decodes to null, so that one such value does not take the whole list away.
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
