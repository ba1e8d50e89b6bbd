// Limits the memory for bodies that are being received. A slow client occupies its share until the body has arrived.
import { tooMuchAtOnce } from '../errors/http.ts';
import type { Context } from '../request/context.ts';

/** Limits the bytes that are received at the same time. Each byte of text takes about three bytes of memory until it is parsed. */
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

/** The budgets of this process. Anonymous users have a separate one, so that they cannot exhaust that of signed-in users. */
const budgets = { signedIn: new BodyBudget(100_000_000), anonymous: new BodyBudget(16_000_000) };

/** Reserves memory for the body of a request: its Content-Length up to `max`, or `max` if it has none. */
export function reserveBody(ctx: Context, max: number): () => void {
  const announced = Number(ctx.get('content-length') || max);
  const budget = ctx.state.actor.kind === 'anonymous' ? budgets.anonymous : budgets.signedIn;
  return budget.reserve(Math.min(Number.isFinite(announced) ? announced : max, max));
}
