import type { Check, CheckResult, CommandContexts, Needs } from '../../core/command.ts';
import { RustioError } from '../../core/errors/rustio-error.ts';
import { explain } from '../report-error.ts';

/** The owner of checks that do not belong to a plugin. */
export const CLI_OWNER = 'rustio-admin';

/** A database check that does not need a config. */
export interface ConnectionCheck {
  readonly name: string;
  readonly needs: 'connection';
  run(context: Omit<CommandContexts['database'], 'app'>): Promise<CheckResult>;
}
export type AnyCheck = Check | ConnectionCheck;

export interface OwnedCheck {
  /** A plugin's name, or `rustio-admin`. */
  readonly owner: string;
  readonly check: AnyCheck;
}

/** The parts of the project that could be opened. */
export type OpenedProject = CommandContexts['project'] & Partial<CommandContexts['database']>;

/** The result of a check, as printed by `doctor --json`. */
export interface Finding {
  readonly owner: string;
  readonly name: string;
  /** `not-checked`: a requirement was not available; the check that reports the cause has failed. */
  readonly status: CheckResult['status'] | 'not-checked';
  readonly message: string;
  readonly fix: string | null;
}

/** Runs every check whose requirements are available. A check that throws counts as failed and does not affect the others. */
export async function runChecks(checks: readonly OwnedCheck[], opened: OpenedProject): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { owner, check } of checks) findings.push({ owner, name: check.name, ...(await outcome(check, opened)) });
  return findings;
}

async function outcome(check: AnyCheck, opened: OpenedProject): Promise<Omit<Finding, 'owner' | 'name'>> {
  const missing = missingFor(check.needs, opened);
  if (missing !== undefined) return { status: 'not-checked', message: `Skipped: ${missing}.`, fix: null };
  try {
    // The condition above ensures that everything this check needs is available.
    const run = check.run as (context: object) => Promise<CheckResult>;
    const result = await run.call(check, { ...opened, folder: opened.project.folder });
    return { status: result.status, message: result.message, fix: 'fix' in result ? result.fix : null };
  } catch (error) {
    const { parts, details } = error instanceof RustioError ? error : explain(error);
    return { status: 'failed', message: [parts.problem, parts.why, ...details.slice(0, 5)].join(' '), fix: parts.fix };
  }
}

function missingFor(needs: Needs | 'connection', { app, database }: OpenedProject): string | undefined {
  if ((needs === 'config' || needs === 'database') && app === undefined) return 'the config could not be loaded';
  if ((needs === 'connection' || needs === 'database') && database === undefined)
    return 'the database cannot be reached';
  return undefined;
}
