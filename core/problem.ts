/** Something wrong in what a project or plugin declares. All problems are reported together, and the boot stops. */
export interface BootProblem {
  /** Where: `admin of strike: list`. */
  readonly where: string;
  /** What is wrong, with a "did you mean" where there is one. */
  readonly problem: string;
}
