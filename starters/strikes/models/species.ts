import { defineModel, field, type Row } from 'rustio-admin';

export const Species = defineModel('species', {
  fields: {
    name: field.text({ max: 60, unique: true }),
    scientificName: field.text({
      max: 60,
      nullable: true,
      unique: true,
      label: 'Scientific name',
      help: 'Empty where the reports name a group ("Blackbirds") or do not know the species.',
    }),
    kind: field.choice(['bird', 'mammal', 'birdOrBat'], { index: true, labels: { birdOrBat: 'Bird or bat' } }),
    identified: field.boolean({
      index: true,
      help: 'Yes where one species is named. "Unknown bird – small" and "Meadowlarks" are not.',
    }),
  },
  title: 'species',
  plural: 'species',
});
export interface Species extends Row<typeof Species> {}
