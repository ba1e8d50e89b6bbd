// What stands on the page of both hand-written contenders.

export const SIZE = 50;

export const TONES: Readonly<Record<string, string>> = {
  draft: '',
  review: ' tone-info',
  published: ' tone-good',
  retired: ' tone-warn',
};
export const STATUSES: Readonly<Record<string, string>> = {
  draft: 'Draft',
  review: 'Review',
  published: 'Published',
  retired: 'Retired',
};
