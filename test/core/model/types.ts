// Checked by `tsc`, never run: exact types that fall out of models, and uses that must not compile.
// A line under `@ts-expect-error` that compiles is an error itself.

import { defineModel, field, type Insert, type Key, type Row, type Update } from '../../../index.ts';
import { defineAdmin } from '../../../plugins/admin/define-admin.ts';
import { Composer } from './types/composer.ts';
import { Opera, OperaVoice, Voice } from './types/opera.ts';

// ── exact types

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type All<T extends readonly true[]> = T;

type OperaRow = {
  id: number;
  title: string;
  composer: number;
  premiere: string | null;
  acts: number;
  fee: string | null;
  plays: bigint;
  style: 'baroque' | 'romantic';
  cast: { soprano: string } | null;
  createdAt: Date;
  updatedAt: Date;
};
export const Listing = defineModel('listing', {
  fields: {
    title: field.text(),
    slug: field.slug({ from: 'title' }),
    code: field.slug(),
    alias: field.slug({ nullable: true, unique: false }),
    contact: field.email({ nullable: true, unique: true }),
    phone: field.phone({ default: '+4930123456' }),
    home: field.url(),
    price: field.money({ currency: 'USD', default: '0' }),
    paint: field.colour({ nullable: true }),
    notes: field.markdown({ nullable: true, max: 100 }),
    tags: field.array(field.text({ max: 40 }), { max: 20 }),
    floors: field.array(field.integer(), { nullable: true }),
    days: field.array(field.choice(['mon', 'tue']), { default: ['mon'] }),
    plan: field.bytes(),
    deed: field.file({ max: '2 MB', types: ['application/pdf'] }),
    view: field.image({ nullable: true }),
  },
});
type ListingRow = {
  id: number;
  title: string;
  slug: string;
  code: string;
  alias: string | null;
  contact: string | null;
  phone: string;
  home: string;
  price: string;
  paint: string | null;
  notes: string | null;
  tags: readonly string[];
  floors: readonly number[] | null;
  days: readonly ('mon' | 'tue')[];
  plan: Uint8Array;
  deed: string;
  view: string | null;
};
type ListingInsert = {
  title: string;
  code: string;
  home: string;
  plan: Uint8Array;
  deed: string;
  id?: number;
  view?: string | null;
  slug?: string;
  alias?: string | null;
  contact?: string | null;
  phone?: string;
  price?: string;
  paint?: string | null;
  notes?: string | null;
  tags?: readonly string[];
  floors?: readonly number[] | null;
  days?: readonly ('mon' | 'tue')[];
};
export const listingAdmin = defineAdmin(Listing, {
  list: ['title', 'slug', 'contact', 'price', 'tags', 'plan', 'size'],
  computed: { size: { label: 'Size', value: (row) => row.tags.length } },
  filters: ['price', 'tags', 'days', 'floors'],
  search: ['title', 'slug', 'contact', 'phone', 'home', 'notes'],
  order: ['price', '-slug', 'contact'],
});
export type Exact = All<
  [
    Same<Row<typeof Opera>, OperaRow>,
    Same<Row<typeof Composer>, { id: number; name: string; teacher: number | null; masterpiece: number | null }>,
    Same<Row<typeof Voice>, { code: string; name: string }>,
    Same<Row<typeof OperaVoice>, { opera: number; voice: string }>,
    Same<Key<typeof Opera>, number>,
    Same<Key<typeof Voice>, string>,
    Same<Key<typeof OperaVoice>, { opera: number; voice: string }>,
    Same<Insert<typeof OperaVoice>, { opera: number; voice: string }>,
    Same<Insert<typeof Composer>, { id?: number; name: string; teacher?: number | null; masterpiece?: number | null }>,
    Same<Update<typeof Composer>, { name?: string; teacher?: number | null; masterpiece?: number | null }>,
    Same<Row<typeof Listing>, ListingRow>,
    Same<Insert<typeof Listing>, ListingInsert>,
    Same<Update<typeof Listing>, Partial<Omit<ListingRow, 'id'>>>,
    Same<Pick<Insert<typeof Opera>, 'style' | 'acts'>, { style?: 'baroque' | 'romantic'; acts?: number }>,
  ]
>;
export const interfaceIsTheRow = (composer: Composer): Row<typeof Composer> => composer;

// ── fields

// @ts-expect-error  a model, not an arrow function
defineModel('x', { fields: { a: field.belongsTo(Voice) } });
// @ts-expect-error  a name, not an arrow function
defineModel('x', { fields: { a: field.belongsTo('voice') } });
// @ts-expect-error  a misspelt option
defineModel('x', { fields: { a: field.text({ nulable: true, max: 10 }) } });
// @ts-expect-error  an option of another kind
defineModel('x', { fields: { a: field.text({ precision: 3 }) } });
// @ts-expect-error  a default that is no choice
defineModel('x', { fields: { a: field.choice(['a', 'b'], { default: 'c' }) } });
// @ts-expect-error  a label for no choice
defineModel('x', { fields: { a: field.choice(['a', 'b'], { labels: { c: 'C' } }) } });
// @ts-expect-error  a tone that the stylesheet has not
defineModel('x', { fields: { a: field.choice(['a', 'b'], { tones: { a: 'pink' } }) } });
// @ts-expect-error  setNull needs nullable
defineModel('x', { fields: { a: field.belongsTo(() => Voice, { onDelete: 'setNull' }) } });
// @ts-expect-error  a default of the wrong type
defineModel('x', { fields: { a: field.integer({ default: '1' }) } });
// @ts-expect-error  a bigint's bounds are bigints
defineModel('x', { fields: { a: field.bigint({ max: 5 }) } });
// @ts-expect-error  a decimal's bounds are texts
defineModel('x', { fields: { a: field.decimal({ min: 0 }) } });
// @ts-expect-error  a date has one default word, and it is not this
defineModel('x', { fields: { a: field.date({ default: 'now' }) } });
// @ts-expect-error  a timestamp's function gives a Date
defineModel('x', { fields: { a: field.timestamp({ default: () => '2026-11-20' }) } });
// @ts-expect-error  a manyToMany needs its through model
defineModel('x', { fields: { a: field.manyToMany(() => Voice, {}) } });
// @ts-expect-error  a json field needs a schema
defineModel('x', { fields: { a: field.json() } });
// @ts-expect-error  not called
defineModel('x', { fields: { a: field.text } });

// @ts-expect-error  a slug of a field that is not there
defineModel('x', { fields: { title: field.text(), a: field.slug({ from: 'titel' }) } });
// @ts-expect-error  a slug of a field that is no text
defineModel('x', { fields: { title: field.text(), n: field.integer(), a: field.slug({ from: 'n' }) } });
// @ts-expect-error  a slug of itself
defineModel('x', { fields: { title: field.text(), a: field.slug({ from: 'a' }) } });
// @ts-expect-error  a slug has no default
defineModel('x', { fields: { a: field.slug({ default: 'x' }) } });
// @ts-expect-error  money of no currency
defineModel('x', { fields: { a: field.money() } });
// @ts-expect-error  the digits of money are its currency's
defineModel('x', { fields: { a: field.money({ currency: 'USD', scale: 4 }) } });
// @ts-expect-error  an array of what cannot be in one
defineModel('x', { fields: { a: field.array(field.date()) } });
// @ts-expect-error  an array of arrays
defineModel('x', { fields: { a: field.array(field.array(field.text())) } });
// @ts-expect-error  no item may be empty
defineModel('x', { fields: { a: field.array(field.text({ nullable: true })) } });
// @ts-expect-error  a default with an item of another type
defineModel('x', { fields: { a: field.array(field.integer(), { default: ['1'] }) } });
// @ts-expect-error  a default that is no choice
defineModel('x', { fields: { a: field.array(field.choice(['a']), { default: ['b'] }) } });
// @ts-expect-error  an array cannot be unique
defineModel('x', { fields: { a: field.array(field.text(), { unique: true }) } });
// @ts-expect-error  a size without its unit
defineModel('x', { fields: { a: field.file({ max: 5000 }) } });
// @ts-expect-error  a type that is not told by its content
defineModel('x', { fields: { a: field.file({ types: ['application/x-sh'] }) } });
// @ts-expect-error  a picture is made of dots
defineModel('x', { fields: { a: field.image({ types: ['image/svg+xml'] }) } });
// @ts-expect-error  a file has no dots
defineModel('x', { fields: { a: field.file({ pixels: 5 }) } });
// @ts-expect-error  a file has no default
defineModel('x', { fields: { a: field.image({ default: 'x' }) } });
// @ts-expect-error  bytes cannot be indexed
defineModel('x', { fields: { a: field.bytes({ index: true }) } });
// @ts-expect-error  bytes are given as bytes
defineModel('x', { fields: { a: field.bytes({ default: () => 'x' }) } });
// @ts-expect-error  Markdown always has many lines
defineModel('x', { fields: { a: field.markdown({ multiline: false }) } });
// @ts-expect-error  bounds of money are texts
defineModel('x', { fields: { a: field.money({ currency: 'USD', min: 0 }) } });

// ── models

// @ts-expect-error  a key that is no field
defineModel('x', { fields: { a: field.text() }, key: 'b' });
// @ts-expect-error  a key with a part that is no field
defineModel('x', { fields: { a: field.text() }, key: ['a', 'b'] });
// @ts-expect-error  unique over a field that is not there
defineModel('x', { fields: { a: field.text() }, unique: [['a', 'b']] });
// @ts-expect-error  an index over a field that is not there
defineModel('x', { fields: { a: field.text() }, indexes: [['-b']] });
// @ts-expect-error  a label that is no field
defineModel('x', { fields: { a: field.text() }, label: 'b' });
// @ts-expect-error  a label without a column
defineModel('x', { fields: { a: field.manyToMany(() => Voice, { through: () => OperaVoice }) }, label: 'a' });
// @ts-expect-error  a misspelt option
defineModel('x', { fields: { a: field.text() }, lable: 'a' });
// @ts-expect-error  nobody else may pick
defineModel('x', { fields: { a: field.text() }, pick: 'nobody' });

// ── admins

// @ts-expect-error  no such field
defineAdmin(Opera, { list: ['titel'] });
// @ts-expect-error  no such computed column
defineAdmin(Opera, { list: ['aeg'], computed: { age: { label: 'A', value: (row) => row.id } } });
// @ts-expect-error  no such property on the row
defineAdmin(Opera, { list: ['age'], computed: { age: { label: 'A', value: (row) => row.premier } } });
// @ts-expect-error  free text is searched, not filtered
defineAdmin(Opera, { filters: ['title'] });
// @ts-expect-error  JSON cannot be filtered
defineAdmin(Opera, { filters: ['cast'] });
// @ts-expect-error  a date cannot be searched
defineAdmin(Opera, { search: ['premiere'] });
// @ts-expect-error  no such field on the target
defineAdmin(Opera, { search: ['composer.nam'] });
// @ts-expect-error  a relation of the target cannot be searched
defineAdmin(Opera, { search: ['composer.teacher'] });
// @ts-expect-error  one level only
defineAdmin(Opera, { search: ['composer.teacher.name'] });
// @ts-expect-error  a plus is no direction
defineAdmin(Opera, { order: ['+premiere'] });
// @ts-expect-error  nothing to order by
defineAdmin(Opera, { order: ['voices'] });
// @ts-expect-error  no such field in a section
defineAdmin(Opera, { fieldsets: [{ title: 'A', fields: ['titel'] }] });
// @ts-expect-error  a misspelt option
defineAdmin(Opera, { lists: ['title'] });
// @ts-expect-error  a self reference, checked to the end
defineAdmin(Composer, { search: ['teacher.nam'] });
// @ts-expect-error  a mutual reference, checked to the end
defineAdmin(Composer, { search: ['masterpiece.titel'] });

// @ts-expect-error  an e-mail address is searched, not filtered
defineAdmin(Listing, { filters: ['contact'] });
// @ts-expect-error  Markdown has no order
defineAdmin(Listing, { order: ['notes'] });
// @ts-expect-error  nor has an array
defineAdmin(Listing, { order: ['tags'] });
// @ts-expect-error  money is not searched
defineAdmin(Listing, { search: ['price'] });
// @ts-expect-error  a list reads no bytes
defineAdmin(Listing, { list: ['n'], computed: { n: { label: 'N', value: (row) => row.plan.length } } });

// ── rows

declare const put: <T>(value: T) => void;
// @ts-expect-error  composer is missing
put<Insert<typeof Opera>>({ title: 'Orfeo' });
// @ts-expect-error  not one of the choices
put<Insert<typeof Opera>>({ title: 'Orfeo', composer: 7, style: 'punk' });
// @ts-expect-error  composer may not be empty
put<Update<typeof Opera>>({ composer: null });
// @ts-expect-error  an identity is not changed
put<Update<typeof Opera>>({ id: 1 });
// @ts-expect-error  a manyToMany has no column
put<Insert<typeof Opera>>({ title: 'Orfeo', composer: 7, voices: [] });
// @ts-expect-error  the key of a voice is its code
put<Insert<typeof OperaVoice>>({ opera: 1, voice: 2 });
// @ts-expect-error  the JSON has another shape
put<Insert<typeof Opera>>({ title: 'Orfeo', composer: 7, cast: { tenor: 'x' } });
// @ts-expect-error  what is typed must be given
put<Insert<typeof Listing>>({ title: 'A', home: 'https://a.b', plan: new Uint8Array() });
// @ts-expect-error  items are of one type
put<Update<typeof Listing>>({ tags: [1] });
// @ts-expect-error  a decimal is text
put<Insert<typeof Opera>>({ title: 'Orfeo', composer: 7, fee: 10 });
// @ts-expect-error  a nullable column may be null
(row: Row<typeof Opera>): number => row.premiere.length;
// @ts-expect-error  so may the key of a nullable relation
(row: Row<typeof Composer>): number => row.teacher + 1;
// @ts-expect-error  the key of two fields is not one value
put<Key<typeof OperaVoice>>(1);
