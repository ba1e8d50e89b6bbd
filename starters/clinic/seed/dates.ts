const DAY_MS = 86_400_000;

/** The ISO date `days` after `date`. */
export function plusDays(date: string, days: number): string {
  return new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 10);
}
