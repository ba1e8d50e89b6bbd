import { defineError } from './define-error.ts';

export const unknownModel = defineError<{ model: string }>('RIO-MODEL-UNKNOWN', {
  problem: ({ model }) => `The model "${model}" is not part of this application.`,
  why: 'It is not listed in `models` of rustio.config.ts or in an enabled plugin.',
  fix: ({ model }) => `Add "${model}" to \`models\`, or enable the plugin that provides it, and restart.`,
  about: `
Code uses a model that is not part of the application. Register models in \`models\` of \`rustio.config.ts\` or in a plugin; importing one is
not enough.`,
});

export const keyOutOfRange = defineError<{ key: string }>('RIO-MODEL-KEY-RANGE', {
  problem: ({ key }) => `The key ${key} is too large for a JavaScript number.`,
  why: 'Above 2^53, JavaScript rounds whole numbers, so the key could refer to another record.',
  fix: 'If keys of this size are intended, declare the key as `field.bigint()`. Otherwise find out what wrote this key.',
  about: `
The database contains an identity key above 2^53 (9,007,199,254,740,991). JavaScript would round it, so that it could refer to another
record. Declare keys of this size as \`field.bigint()\`.`,
});
