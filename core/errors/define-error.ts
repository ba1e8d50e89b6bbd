import { RustioError } from './rustio-error.ts';

type Params = Readonly<Record<string, string | number>>;
type Text<P> = string | ((params: P) => string);

/** The message of an error, and its status or exit code. */
export interface ErrorDefinition<P> {
  /** What is wrong, in one sentence. */
  readonly problem: Text<P>;
  readonly why: Text<P>;
  /** What to do. */
  readonly fix: Text<P>;
  /** When to retry; leave it out if it would add nothing. */
  readonly retry?: Text<P>;
  /** The HTTP status. Only errors with a status show their message to clients: others may reveal internals. */
  readonly status?: number;
  /** The exit code of a command: 1 failed, 2 rejected or misused, 4 a comparison found differences. @defaultValue 1 */
  readonly exitCode?: 1 | 2 | 4;
  /** Background for docs/errors.md, in Markdown. Only one definition per code sets it. */
  readonly about?: string;
}

/** The details of one occurrence of an error. */
export interface ErrorOccurrence {
  readonly cause?: unknown;
  /** More lines for the terminal and the log, never shown to clients. */
  readonly details?: readonly string[];
  /** Where the error page links to; `label` is a message key. */
  readonly link?: { readonly url: string; readonly label: string } | undefined;
  /** For programs: problems with the input, each with its path. */
  readonly issues?: readonly { readonly path: string; readonly message: string }[];
}

/** Creates the error from the parameters of its texts and from the details of this occurrence. */
export interface ErrorFactory<P> {
  (...given: P extends undefined ? [occurrence?: ErrorOccurrence] : [given: P & ErrorOccurrence]): RustioError;
  readonly code: `RIO-${string}`;
  readonly definition: ErrorDefinition<P>;
}

/**
 * Declares an error in a catalogue: `core/errors/*.ts`, or the `errors.ts` of a plugin or of the CLI. Its code never changes.
 * Translations (`error.CODE.problem` and so on) can use the same parameters, in braces.
 *
 * @example
 * export const tooLarge = defineError<{ max: string }>('RIO-HTTP-TOO-LARGE', {
 *   status: 413,
 *   problem: 'The request is too large.',
 *   why: ({ max }) => `The limit is ${max}.`,
 *   fix: 'Send less data at once.',
 * });
 * throw tooLarge({ max: '5 MB', cause: error });
 */
export function defineError<P extends Params | undefined = undefined>(
  code: `RIO-${string}`,
  definition: ErrorDefinition<P>,
): ErrorFactory<P> {
  const { problem, why, fix, retry, status, exitCode } = definition;
  const create = ({ cause, details, link, issues, ...rest }: ErrorOccurrence & Params = {}): RustioError => {
    // By the factory's type, everything that is not part of the occurrence is a parameter.
    const params = rest as Params as P;
    const renderPart = (text: Text<P>): string => (typeof text === 'function' ? text(params) : text);
    return new RustioError(
      code,
      {
        problem: renderPart(problem),
        why: renderPart(why),
        fix: renderPart(fix),
        ...(retry !== undefined && { retry: renderPart(retry) }),
      },
      {
        cause,
        params: rest as Params,
        ...(details && { details: [...details] }),
        ...(link && { link }),
        ...(issues && { issues }),
        ...(status !== undefined && { status }),
        ...(exitCode !== undefined && { exitCode }),
      },
    );
  };
  return Object.assign(create, { code, definition }) as ErrorFactory<P>;
}
