import { RustioError } from '../../core/errors/rustio-error.ts';

/** The error with which a promise rejects. Throws if it resolves, so that a test cannot pass by accident. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('It was expected to fail, but it succeeded.');
}

/** The RustioError with which a promise rejects. */
export async function rustioFailureOf(promise: Promise<unknown>): Promise<RustioError> {
  const error = await failureOf(promise);
  if (error instanceof RustioError) return error;
  throw new Error('It did not fail with a RustioError.', { cause: error });
}
