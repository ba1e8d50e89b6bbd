// The memory that bodies may take while they are received. A slow sender holds it for as long as its body takes to arrive.
import { tooMuchAtOnce } from '../errors/http.ts';
import type { Context } from '../request/context.ts';

/** Bytes that may be received at once. Each byte of text takes about three of memory until it is parsed. */
export class BodyBudget {
  readonly #bytes: number;
  #reserved = 0;

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  /**
   * Reserves memory for a body, and returns the function that releases it.
   *
   * @throws RustioError `RIO-HTTP-MEMORY` if there is not enough
   */
  reserve(bytes: number): () => void {
    // fault: no-body-budget
    if (this.#reserved + bytes > this.#bytes) throw tooMuchAtOnce();
    this.#reserved += bytes;
    return () => {
      this.#reserved -= bytes;
    };
  }
}

/** Of this process. Anonymous users have their own, so that they cannot take that of others. */
const budgets = { signedIn: new BodyBudget(100_000_000), anonymous: new BodyBudget(16_000_000) };

/** For the body of this request: as much as it announces, at most `max`; `max` if it announces nothing. */
export function reserveBody(ctx: Context, max: number): () => void {
  const announced = Number(ctx.get('content-length') || max);
  const budget = ctx.state.actor.kind === 'anonymous' ? budgets.anonymous : budgets.signedIn;
  return budget.reserve(Math.min(Number.isFinite(announced) ? announced : max, max));
}
