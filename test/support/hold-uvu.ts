/** To be evaluated before uvu: keeps it from running anything by itself, and makes its queue one that we know. */

/** What uvu makes of a suite: runs it, shows it, and tells the numbers. */
export type SuiteRun = () => Promise<[errors: string | boolean, ran: number, skipped: number, total: number]>;

/** The suites that are ready to run. */
export const queue: SuiteRun[] = [];

Object.assign(globalThis, { UVU_DEFER: 1, UVU_INDEX: 0, UVU_QUEUE: [queue] });
