/** What every error contains: what happened, why and how to fix it; and when to retry, unless that would add nothing. */
export interface FourParts {
  readonly problem: string;
  readonly why: string;
  readonly fix: string;
  readonly retry?: string;
}

/**
 * An error with a message for people: on a page, in the terminal, in the log. Its code never changes. Declare errors with
 * `defineError`.
 */
export class RustioError extends Error {
  override readonly name = 'RustioError';
  readonly code: `RIO-${string}`;
  readonly parts: FourParts;
  /** The HTTP status; 500 if the definition sets none. */
  readonly status: number;
  /**
   * Whether a page may show the four parts to the client. True only for errors with a status: others are meant for operators and
   * may reveal internals.
   */
  readonly expose: boolean;
  /** The exit code of a command: 1 failed, 2 rejected or misused, 4 a comparison found differences. */
  readonly exitCode: 1 | 2 | 4;
  /** More lines for the terminal and the log, never shown to clients. */
  readonly details: readonly string[];
  /** Where the error page links to; the label is a key of the messages. */
  readonly link: { readonly url: string; readonly label: string } | undefined;
  /** The parameters of the four parts, for their translations (`error.CODE.why`: `{max}`). */
  readonly params: Readonly<Record<string, string | number>>;
  /** For programs: problems with the input, each with its path. */
  readonly issues: readonly { readonly path: string; readonly message: string }[];

  constructor(
    code: `RIO-${string}`,
    parts: FourParts,
    options: {
      status?: number;
      exitCode?: 1 | 2 | 4;
      details?: readonly string[];
      link?: { readonly url: string; readonly label: string };
      params?: Readonly<Record<string, string | number>>;
      issues?: readonly { readonly path: string; readonly message: string }[];
      cause?: unknown;
    } = {},
  ) {
    super(parts.problem, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.parts = parts;
    this.status = options.status ?? 500;
    this.expose = options.status !== undefined;
    this.exitCode = options.exitCode ?? 1;
    this.details = options.details ?? [];
    this.link = options.link;
    this.params = options.params ?? {};
    this.issues = options.issues ?? [];
  }
}
