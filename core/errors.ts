/** What every failure tells: what happened, why, what mends it, and whether trying again makes sense. */
export interface FourParts {
  readonly problem: string;
  readonly why: string;
  readonly fix: string;
  readonly retry: string;
}

/**
 * An error that somebody is meant to read: on a page, in the terminal, in the log.
 * Its code is for ever and has an anchor in docs/errors.md.
 *
 * @example
 * throw new RustioError('RIO-SERVE-PORT', { problem: 'Port 8000 is taken.', why: '…', fix: '…', retry: '…' });
 */
export class RustioError extends Error {
  override readonly name = 'RustioError';
  readonly code: `RIO-${string}`;
  readonly parts: FourParts;
  /** The HTTP status, where it reaches a browser. */
  readonly status: number;
  /**
   * Whether a page may tell its parts to whoever asked. Only those that were given a status: the others are for the people
   * who run the application, and may tell of its inside.
   */
  readonly forReaders: boolean;
  /** 1 failed, 2 refused or misused: what a command exits with. */
  readonly exitCode: 1 | 2;
  /** More lines for the terminal and the log, never for a stranger's page. */
  readonly details: readonly string[];
  /** Where the page of the error leads; the label is a key of the words. */
  readonly link: { readonly url: string; readonly label: string } | undefined;
  /** What the parts name, for their words in other languages (`error.CODE.why`: `{most}`). */
  readonly params: Readonly<Record<string, string | number>>;
  /** For programs: what is wrong at which path of the input. */
  readonly issues: readonly { readonly path: string; readonly message: string }[];

  constructor(
    code: `RIO-${string}`,
    parts: FourParts,
    options: {
      status?: number;
      exitCode?: 1 | 2;
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
    this.forReaders = options.status !== undefined;
    this.exitCode = options.exitCode ?? 1;
    this.details = options.details ?? [];
    this.link = options.link;
    this.params = options.params ?? {};
    this.issues = options.issues ?? [];
  }
}
