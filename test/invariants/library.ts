import { type Config, defineAdmin, defineModel, field, sql } from 'rustio-admin';
import type { App } from '../../core/app.ts';

/** Two small models for tests of what holds for every model. */
export const Author = defineModel('author', { fields: { name: field.text({ max: 80 }) } });
export const Book = defineModel('book', {
  fields: {
    title: field.text({ max: 80 }),
    author: field.belongsTo(() => Author, { onDelete: 'restrict' }),
    pages: field.integer({ nullable: true, min: 1 }),
  },
  label: 'title',
});

export const library: Partial<Config> = {
  models: [Author, Book],
  plugins: { admin: { admins: [defineAdmin(Author, {}), defineAdmin(Book, { list: ['title', 'author', 'pages'] })] } },
};

/** One author with one book. */
export async function fillLibrary({ database }: App): Promise<void> {
  await database.query(sql.unsafe`insert into author (name) values ('Ursula')`);
  await database.query(sql.unsafe`
    insert into book (title, author_id, pages)
    select 'Always coming home', id, 523 from author
  `);
}
