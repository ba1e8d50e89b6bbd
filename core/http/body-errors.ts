import { RustioError } from '../errors.ts';

// Why a body is refused. Nothing of it is kept in any of these cases.

/** `most`: what is allowed, as people write it: `5 MB`. */
export function tooLargeBody(most: string): RustioError {
  return new RustioError(
    'RIO-HTTP-TOO-LARGE',
    {
      problem: 'What was sent is too large.',
      why: `This form takes at most ${most}.`,
      fix: 'Send less at once.',
      retry: 'After making it smaller.',
    },
    { status: 413, params: { most } },
  );
}

export function tooManyFields(most: number): RustioError {
  return new RustioError(
    'RIO-HTTP-TOO-MANY-FIELDS',
    {
      problem: 'The form has too many fields.',
      why: `This form takes at most ${most}.`,
      fix: 'Send less at once.',
      retry: 'After making it smaller.',
    },
    { status: 413, params: { most } },
  );
}

export function tooManyFiles(most: number): RustioError {
  return new RustioError(
    'RIO-HTTP-TOO-MANY-FILES',
    {
      problem: 'Too many files were sent.',
      why: `This form takes at most ${most}.`,
      fix: 'Send fewer at once.',
      retry: 'With fewer files.',
    },
    { status: 413, params: { most } },
  );
}

/** `accepted`: the content types that the route takes. */
export function wrongMedia(accepted: string): RustioError {
  return new RustioError(
    'RIO-HTTP-MEDIA',
    {
      problem: 'This address does not accept a body of this content type.',
      why: `It accepts ${accepted}.`,
      fix: 'Use the form of the page, or set the content type that is accepted.',
      retry: 'With the right content type.',
    },
    { status: 415, params: { accepted } },
  );
}

/** `reason`: the parser's message. */
export function invalidJson(reason: string): RustioError {
  return new RustioError(
    'RIO-HTTP-JSON',
    {
      problem: 'The body is not valid JSON.',
      why: reason,
      fix: 'Correct the JSON and send the request again.',
      retry: 'After the correction.',
    },
    { status: 400, params: { reason } },
  );
}

export function unreadableBody(cause?: unknown): RustioError {
  return new RustioError(
    'RIO-HTTP-BODY',
    {
      problem: 'What was sent could not be read.',
      why: 'It ended early, or it is not encoded as it says.',
      fix: 'Send the form again.',
      retry: 'At once.',
    },
    { status: 400, cause },
  );
}

/** The disk is full, or the folder may not be written. */
export function notKept(cause: unknown): RustioError {
  return new RustioError(
    'RIO-FILES-STORE',
    {
      problem: 'The file could not be stored.',
      why: 'There is no room for it, or the place for files cannot be reached. Nothing was changed.',
      fix: 'Wait a moment. If it lasts, tell the people who run this application.',
      retry: 'In a few minutes.',
    },
    { status: 503, cause },
  );
}
