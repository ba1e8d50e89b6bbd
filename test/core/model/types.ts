// Checked by `tsc`, never run: exact inferred types, and uses that must not compile.
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
// @ts-expect-error  a misspelled option
defineModel('x', { fields: { a: field.text({ nulable: true, max: 10 }) } });
// @ts-expect-error  an option of another field type
defineModel('x', { fields: { a: field.text({ precision: 3 }) } });
// @ts-expect-error  a default that is not one of the choices
defineModel('x', { fields: { a: field.choice(['a', 'b'], { default: 'c' }) } });
// @ts-expect-error  a label for a value that is not a choice
defineModel('x', { fields: { a: field.choice(['a', 'b'], { labels: { c: 'C' } }) } });
// @ts-expect-error  an unknown tone
defineModel('x', { fields: { a: field.choice(['a', 'b'], { tones: { a: 'pink' } }) } });
// @ts-expect-error  setNull requires nullable
defineModel('x', { fields: { a: field.belongsTo(() => Voice, { onDelete: 'setNull' }) } });
// @ts-expect-error  a default of the wrong type
defineModel('x', { fields: { a: field.integer({ default: '1' }) } });
// @ts-expect-error  bounds of a bigint are bigints
defineModel('x', { fields: { a: field.bigint({ max: 5 }) } });
// @ts-expect-error  bounds of a decimal are strings
defineModel('x', { fields: { a: field.decimal({ min: 0 }) } });
// @ts-expect-error  the default keyword of a date is `today`
defineModel('x', { fields: { a: field.date({ default: 'now' }) } });
// @ts-expect-error  the default function of a timestamp returns a Date
defineModel('x', { fields: { a: field.timestamp({ default: () => '2026-11-20' }) } });
// @ts-expect-error  a manyToMany needs its through model
defineModel('x', { fields: { a: field.manyToMany(() => Voice, {}) } });
// @ts-expect-error  a json field requires a schema
defineModel('x', { fields: { a: field.json() } });
// @ts-expect-error  not called
defineModel('x', { fields: { a: field.text } });

// @ts-expect-error  a slug of an unknown field
defineModel('x', { fields: { title: field.text(), a: field.slug({ from: 'titel' }) } });
// @ts-expect-error  a slug of a field that is not text
defineModel('x', { fields: { title: field.text(), n: field.integer(), a: field.slug({ from: 'n' }) } });
// @ts-expect-error  a slug of itself
defineModel('x', { fields: { title: field.text(), a: field.slug({ from: 'a' }) } });
// @ts-expect-error  a slug has no default
defineModel('x', { fields: { a: field.slug({ default: 'x' }) } });
// @ts-expect-error  money without a currency
defineModel('x', { fields: { a: field.money() } });
// @ts-expect-error  money has the decimal places of its currency
defineModel('x', { fields: { a: field.money({ currency: 'USD', scale: 4 }) } });
// @ts-expect-error  an array of an unsupported type
defineModel('x', { fields: { a: field.array(field.date()) } });
// @ts-expect-error  an array of arrays
defineModel('x', { fields: { a: field.array(field.array(field.text())) } });
// @ts-expect-error  items cannot be nullable
defineModel('x', { fields: { a: field.array(field.text({ nullable: true })) } });
// @ts-expect-error  a default with an item of another type
defineModel('x', { fields: { a: field.array(field.integer(), { default: ['1'] }) } });
// @ts-expect-error  a default that is not one of the choices
defineModel('x', { fields: { a: field.array(field.choice(['a']), { default: ['b'] }) } });
// @ts-expect-error  an array cannot be unique
defineModel('x', { fields: { a: field.array(field.text(), { unique: true }) } });
// @ts-expect-error  a size without its unit
defineModel('x', { fields: { a: field.file({ max: 5000 }) } });
// @ts-expect-error  a type that is not detected from content
defineModel('x', { fields: { a: field.file({ types: ['application/x-sh'] }) } });
// @ts-expect-error  an SVG is not a raster image
defineModel('x', { fields: { a: field.image({ types: ['image/svg+xml'] }) } });
// @ts-expect-error  a file has no pixels
defineModel('x', { fields: { a: field.file({ pixels: 5 }) } });
// @ts-expect-error  a file has no default
defineModel('x', { fields: { a: field.image({ default: 'x' }) } });
// @ts-expect-error  bytes cannot be indexed
defineModel('x', { fields: { a: field.bytes({ index: true }) } });
// @ts-expect-error  the default of bytes is a Uint8Array
defineModel('x', { fields: { a: field.bytes({ default: () => 'x' }) } });
// @ts-expect-error  Markdown is always multiline
defineModel('x', { fields: { a: field.markdown({ multiline: false }) } });
// @ts-expect-error  bounds of money are strings
defineModel('x', { fields: { a: field.money({ currency: 'USD', min: 0 }) } });

// ── models

// @ts-expect-error  a key that is not a field
defineModel('x', { fields: { a: field.text() }, key: 'b' });
// @ts-expect-error  a key with a part that is not a field
defineModel('x', { fields: { a: field.text() }, key: ['a', 'b'] });
// @ts-expect-error  unique with an unknown field
defineModel('x', { fields: { a: field.text() }, unique: [['a', 'b']] });
// @ts-expect-error  an index with an unknown field
defineModel('x', { fields: { a: field.text() }, indexes: [['-b']] });
// @ts-expect-error  a label that is not a field
defineModel('x', { fields: { a: field.text() }, label: 'b' });
// @ts-expect-error  a label without a column
defineModel('x', { fields: { a: field.manyToMany(() => Voice, { through: () => OperaVoice }) }, label: 'a' });
// @ts-expect-error  a misspelled option
defineModel('x', { fields: { a: field.text() }, lable: 'a' });
// @ts-expect-error  not one of the values of selectableBy
defineModel('x', { fields: { a: field.text() }, selectableBy: 'nobody' });

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
// @ts-expect-error  a plus is not a direction
defineAdmin(Opera, { order: ['+premiere'] });
// @ts-expect-error  a manyToMany cannot be sorted
defineAdmin(Opera, { order: ['voices'] });
// @ts-expect-error  no such field in a section
defineAdmin(Opera, { fieldsets: [{ title: 'A', fields: ['titel'] }] });
// @ts-expect-error  a misspelled option
defineAdmin(Opera, { lists: ['title'] });
// @ts-expect-error  a self reference, checked to the end
defineAdmin(Composer, { search: ['teacher.nam'] });
// @ts-expect-error  a mutual reference, checked to the end
defineAdmin(Composer, { search: ['masterpiece.titel'] });

// @ts-expect-error  an email address is searched, not filtered
defineAdmin(Listing, { filters: ['contact'] });
// @ts-expect-error  Markdown cannot be sorted
defineAdmin(Listing, { order: ['notes'] });
// @ts-expect-error  an array cannot be sorted
defineAdmin(Listing, { order: ['tags'] });
// @ts-expect-error  money is not searched
defineAdmin(Listing, { search: ['price'] });
// @ts-expect-error  a list reads no bytes
defineAdmin(Listing, { list: ['n'], computed: { n: { label: 'N', value: (row) => row.plan.length } } });

// ── rows

declare const use: <T>(value: T) => void;
// @ts-expect-error  composer is missing
use<Insert<typeof Opera>>({ title: 'Orfeo' });
// @ts-expect-error  not one of the choices
use<Insert<typeof Opera>>({ title: 'Orfeo', composer: 7, style: 'punk' });
// @ts-expect-error  composer is not nullable
use<Update<typeof Opera>>({ composer: null });
// @ts-expect-error  an identity cannot be changed
use<Update<typeof Opera>>({ id: 1 });
// @ts-expect-error  a manyToMany has no column
use<Insert<typeof Opera>>({ title: 'Orfeo', composer: 7, voices: [] });
// @ts-expect-error  the key of a voice is its code
use<Insert<typeof OperaVoice>>({ opera: 1, voice: 2 });
// @ts-expect-error  the JSON has another shape
use<Insert<typeof Opera>>({ title: 'Orfeo', composer: 7, cast: { tenor: 'x' } });
// @ts-expect-error  a required field must be given
use<Insert<typeof Listing>>({ title: 'A', home: 'https://a.b', plan: new Uint8Array() });
// @ts-expect-error  items are of one type
use<Update<typeof Listing>>({ tags: [1] });
// @ts-expect-error  a decimal is a string
use<Insert<typeof Opera>>({ title: 'Orfeo', composer: 7, fee: 10 });
// @ts-expect-error  a nullable column can be null
(row: Row<typeof Opera>): number => row.premiere.length;
// @ts-expect-error  the key of a nullable relation can be null
(row: Row<typeof Composer>): number => row.teacher + 1;
// @ts-expect-error  a composite key is not one value
use<Key<typeof OperaVoice>>(1);
