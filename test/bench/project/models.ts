import { type AnyModel, defineAdmin, defineModel, field, type ModelAdmin } from 'rustio-admin';

// The same list for tables of three sizes: ten thousand, a million and ten million rows.

export const Author = defineModel('author', {
  fields: { name: field.text({ max: 100, index: true }) },
});

function entryFields(searchIndex: boolean) {
  return {
    title: field.text({ max: 200, index: searchIndex && 'search' }),
    status: field.choice(['draft', 'review', 'published', 'retired'], {
      index: true,
      tones: { draft: 'neutral', review: 'info', published: 'good', retired: 'warn' },
    }),
    author: field.belongsTo(() => Author),
    publishedOn: field.date({ nullable: true, index: true }),
    createdAt: field.timestamp({ default: 'now', index: true }),
  } as const;
}

export const SmallEntry = defineModel('smallEntry', { fields: entryFields(false) });
export const Entry = defineModel('entry', { fields: entryFields(true) });
// Without a search index: it takes longer to build than everything else, and no benchmark searches this table.
export const LargeEntry = defineModel('largeEntry', { fields: entryFields(false) });

const list = {
  list: ['title', 'status', 'author', 'publishedOn', 'createdAt'],
  filters: ['status', 'author', 'publishedOn', 'createdAt'],
  search: ['title'],
  order: ['-createdAt'],
} as const;

export const models: readonly AnyModel[] = [Author, SmallEntry, Entry, LargeEntry];
export const admins: readonly ModelAdmin[] = [
  defineAdmin(Author, { list: ['name'], search: ['name'], order: ['name'] }),
  defineAdmin(SmallEntry, list),
  defineAdmin(Entry, list),
  defineAdmin(LargeEntry, list),
];
