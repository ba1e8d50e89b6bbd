/** The age in whole years of a person born on an ISO date. */
export function ageOn(bornOn: string, moment: Date): number {
  const [year = 0, month = 1, day = 1] = bornOn.split('-').map(Number);
  const birthdayIsAhead = moment.getMonth() + 1 < month || (moment.getMonth() + 1 === month && moment.getDate() < day);
  return moment.getFullYear() - year - (birthdayIsAhead ? 1 : 0);
}
