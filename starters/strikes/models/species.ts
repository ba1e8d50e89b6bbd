import { defineModel, field, type Row } from 'rustio-admin';

export const speciesKinds = ['bird', 'mammal', 'birdOrBat'] as const;

export const Species = defineModel('species', {
  fields: {
    name: field.text({ max: 60, unique: true }),
    scientificName: field.text({
      max: 60,
      nullable: true,
      unique: true,
      label: 'Scientific name',
      help: 'Empty if the reports name only a group ("Blackbirds") or the species is unknown.',
    }),
    kind: field.choice(speciesKinds, { index: true, labels: { birdOrBat: 'Bird or bat' } }),
    identified: field.boolean({
      index: true,
      help: 'Yes if a single species is named, unlike "Unknown bird – small" or "Meadowlarks".',
    }),
  },
  title: 'species',
  plural: 'species',
});
export interface Species extends Row<typeof Species> {}
