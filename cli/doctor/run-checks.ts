import { RustioError } from '../../core/errors.ts';
import type { Check, CheckResult, ToolContext } from '../../core/plugin.ts';
import { explain } from '../report-error.ts';

/** The owner of checks that belong to no plugin. */
export const OURS = 'rustio-admin';

export interface OwnedCheck {
  /** A plugin's name, or `rustio-admin`. */
  readonly owner: string;
  readonly check: Check;
}

/** What `doctor --json` prints for each check. */
export interface Finding {
  readonly owner: string;
  readonly name: string;
  /** `not-checked`: what it needs could not be had; the check that says why has failed. */
  readonly status: CheckResult['status'] | 'not-checked';
  readonly says: string;
  readonly fix: string | null;
}

/** Runs every check that can run. One that throws has failed; it never takes the others along. */
export async function runChecks(checks: readonly OwnedCheck[], context: ToolContext): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { owner, check } of checks) {
    findings.push({ owner, name: check.name, ...(await outcome(check, owner, context)) });
  }
  return findings;
}

async function outcome(check: Check, owner: string, context: ToolContext): Promise<Omit<Finding, 'owner' | 'name'>> {
  const lacking = lackOf(check, owner, context);
  if (lacking !== undefined) return { status: 'not-checked', says: `Not checked: ${lacking}.`, fix: null };
  try {
    const result = await check.run(context);
    return { status: result.status, says: result.says, fix: 'fix' in result ? result.fix : null };
  } catch (error) {
    const { parts, details } = error instanceof RustioError ? error : explain(error);
    return { status: 'failed', says: [parts.problem, parts.why, ...details.slice(0, 5)].join(' '), fix: parts.fix };
  }
}

/** A plugin's check of the database may ask the application too; ours know how to do without. */
function lackOf({ needs }: Check, owner: string, { app, database }: ToolContext): string | undefined {
  const wantsApp = needs === 'config' || (needs === 'database' && owner !== OURS);
  if (wantsApp && app === undefined) return 'it needs a config that loads';
  if (needs === 'database' && database === undefined) return 'it needs a database that can be reached';
  return undefined;
}
