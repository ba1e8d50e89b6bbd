/** The file `models.ts` of a new app, with a first model to edit. The app `stock-takes` gets the model `stockTake`. */
export function modelsFile(folder: string): string {
  const type = pascalCase(singular(folder));
  const model = camelCase(singular(folder));
  return `import { type AnyModel, defineAdmin, defineModel, field, type ModelAdmin, type Row, timestamps } from 'rustio-admin';

export const ${type} = defineModel('${model}', {
  fields: {
    name: field.text({ max: 200 }),
    ...timestamps(),
  },
});
export interface ${type} extends Row<typeof ${type}> {}

const ${model}Admin = defineAdmin(${type}, {
  list: ['name', 'updatedAt'],
  search: ['name'],
  order: ['name'],
});

export const models: readonly AnyModel[] = [${type}];
export const admins: readonly ModelAdmin[] = [${model}Admin];
`;
}

export function camelCase(words: string): string {
  return words.replace(/-+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

export function pascalCase(words: string): string {
  const name = camelCase(words);
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** Guesses the singular, which users can change: `flights` becomes `flight`, `status` is unchanged. */
function singular(word: string): string {
  if (/[^aeiou]ies$/.test(word)) return word.replace(/ies$/, 'y');
  return /(ss|us|is)$/.test(word) ? word : word.replace(/s$/, '');
}
