import type { MessageParams } from '../view/words.ts';

/**
 * What is kept for one sign-in and ends with it: JSON, small. An authenticator that has a store provides it
 * (`Authentication.data`). Core keeps these two in it.
 */
export interface SignInData {
  /** What the next page reports. */
  flash?: Message;
  /** A form that a gate stopped. */
  interruptedForm?: InterruptedForm;
}

/** A sentence that the next page shows: what came of an action. */
export interface Message {
  readonly tone: 'good' | 'bad' | 'info';
  readonly key: string;
  readonly params?: MessageParams;
}

/** The texts of a form that a gate stopped. */
export interface InterruptedForm {
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly fields: readonly (readonly [name: string, text: string])[];
}
