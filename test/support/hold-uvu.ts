/** Must be evaluated before uvu: prevents uvu from running tests by itself, and replaces its queue. */

/** Runs one uvu suite, prints the results, and returns the counts. */
export type SuiteRun = () => Promise<[errors: string | boolean, ran: number, skipped: number, total: number]>;

/** The suites that are ready to run. */
export const queue: SuiteRun[] = [];

Object.assign(globalThis, { UVU_DEFER: 1, UVU_INDEX: 0, UVU_QUEUE: [queue] });
