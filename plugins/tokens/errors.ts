import { defineError } from '../../core/errors/define-error.ts';

export const tokenMissing = defineError<{ id: string }>('RIO-TOKEN-MISSING', {
  exitCode: 2,
  about:
    'A token is named by its public id, which is the part between the two underscores: `4f2a90c1d3e7` of `rustio_4f2a90c1d3e7_…`.',
  problem: ({ id }) => (id === '' ? 'This is not the id of a token.' : `There is no usable token ${id}.`),
  why: 'It does not exist, has expired, or has already been revoked.',
  fix: 'List the tokens: `npx rustio-admin token list`.',
});
