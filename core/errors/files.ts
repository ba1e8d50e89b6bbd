import { defineError } from './define-error.ts';

export const fileNotStored = defineError('RIO-FILES-STORE', {
  status: 503,
  problem: 'The file could not be stored.',
  why: 'The storage is full or cannot be reached. No changes were saved.',
  fix: 'Wait a moment and try again. If the problem persists, contact your administrator.',
  retry: 'In a few minutes.',
  about: `
The response has the header \`Retry-After\`. An uploaded file could not be written: the disk is full, or the folder for files (\`FILES_FOLDER\`, or
\`files.folder\` in the config) is not writable. No changes were made. See [files](files.md).`,
});
