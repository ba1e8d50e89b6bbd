/** Evaluated before uvu: prevents it from running anything by itself, and replaces its queue. */

/** A suite of uvu: runs it, prints the results, and returns the numbers. */
export type SuiteRun = () => Promise<[errors: string | boolean, ran: number, skipped: number, total: number]>;

/** The suites that are ready to run. */
export const queue: SuiteRun[] = [];

Object.assign(globalThis, { UVU_DEFER: 1, UVU_INDEX: 0, UVU_QUEUE: [queue] });
