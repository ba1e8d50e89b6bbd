import type { Message } from './flash.ts';
import type { InterruptedForm } from './interrupted-form.ts';

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
