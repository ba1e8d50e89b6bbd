import { RustioError } from './rustio-error.ts';

type Params = Readonly<Record<string, string | number>>;
type Text<P> = string | ((params: P) => string);

/** The texts of an error, and its status or exit code. */
export interface ErrorDefinition<P> {
  /** What is wrong, in one sentence. */
  readonly problem: Text<P>;
  readonly why: Text<P>;
  /** What to do. */
  readonly fix: Text<P>;
  /** When a retry makes sense; leave it out where it would say nothing new. */
  readonly retry?: Text<P>;
  /** The HTTP status. Only errors with a status show their texts to clients: others may reveal internals. */
  readonly status?: number;
  /** The exit code of a command: 1 failed, 2 rejected or misused. @defaultValue 1 */
  readonly exitCode?: 1 | 2;
  /** Background for docs/errors.md, in Markdown. One definition per code has it. */
  readonly about?: string;
}

/** What differs each time an error occurs. */
export interface ErrorOccurrence {
  readonly cause?: unknown;
  /** More lines for the terminal and the log, never shown to clients. */
  readonly details?: readonly string[];
  /** Where the error page links to; the label is a key of the messages. */
  readonly link?: { readonly url: string; readonly label: string } | undefined;
  /** For programs: what is wrong at which path of the input. */
  readonly issues?: readonly { readonly path: string; readonly message: string }[];
}

/** Creates the error, from the parameters of its texts and from what differs each time. */
export interface ErrorFactory<P> {
  (...given: P extends undefined ? [occurrence?: ErrorOccurrence] : [given: P & ErrorOccurrence]): RustioError;
  readonly code: `RIO-${string}`;
  readonly definition: ErrorDefinition<P>;
}

/**
 * Declares an error of a catalogue: `core/errors/*.ts`, `errors.ts` of a plugin and of the command line. Its code never changes.
 * The parameters of its texts are also those of its translations (`error.CODE.problem` and so on), where they are in braces.
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
  const { problem, why, fix, retry = '', status, exitCode } = definition;
  const create = ({ cause, details, link, issues, ...rest }: ErrorOccurrence & Params = {}): RustioError => {
    // What is left after the occurrence are the parameters: the factory's type says so.
    const params = rest as Params as P;
    const renderPart = (text: Text<P>): string => (typeof text === 'function' ? text(params) : text);
    return new RustioError(
      code,
      { problem: renderPart(problem), why: renderPart(why), fix: renderPart(fix), retry: renderPart(retry) },
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
