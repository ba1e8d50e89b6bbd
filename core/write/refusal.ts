/**
 * Undoes a savepoint and carries the outcome out of it. It never leaves this door: refusals are what its functions return.
 */
export class Refusal<Outcome> extends Error {
  readonly outcome: Outcome;

  constructor(outcome: Outcome) {
    super('The change was refused; whoever opened the savepoint returns the outcome.');
    this.outcome = outcome;
  }
}
