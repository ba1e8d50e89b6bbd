import { RustioError } from '../../core/errors.ts';

/** What a promise is rejected with. Throws when it is not, so that a test cannot pass by accident. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('It was expected to fail, but it succeeded.');
}

/** The RustioError that a promise is rejected with. */
export async function rustioFailureOf(promise: Promise<unknown>): Promise<RustioError> {
  const error = await failureOf(promise);
  if (error instanceof RustioError) return error;
  throw new Error('It failed with something else than a RustioError.', { cause: error });
}
