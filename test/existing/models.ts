// The wine merchant's database, described by hand: every table that its users maintain.

import { field } from '../../core/model/field.ts';
import { defineModel } from '../../core/model/model.ts';
import { defineAdmin } from '../../plugins/admin/define-admin.ts';

export const Country = defineModel('country', {
  fields: {
    iso: field.text({ sqlType: 'bpchar', max: 3 }),
    name: field.text({ column: 'Full Name', unique: true }),
  },
  key: 'iso',
  table: 'Country',
  managed: false,
});

export const Member = defineModel('member', {
  fields: {
    login: field.text({ column: 'Login Name', max: 20 }),
    group: field.text({ default: 'staff' }),
    email: field.text({ sqlType: 'citext', unique: true, index: true }),
    country: field.belongsTo(() => Country, { column: 'country', nullable: true, onDelete: 'setNull' }),
    since: field.localDateTime({ column: 'Since' }),
    wakesAt: field.time({ column: 'Wakes At', nullable: true }),
  },
  key: 'login',
  label: 'login',
  table: 'user',
  managed: false,
});

export const Rack = defineModel('rack', {
  fields: {
    no: field.integer(),
    name: field.text({ column: 'Name' }),
    capacity: field.integer(),
  },
  key: 'no',
  table: 'Sales.Rack',
  managed: false,
});

export const Article = defineModel('article', {
  fields: {
    no: field.identity({ column: 'ArticleNo', label: 'Number' }),
    name: field.text({ column: 'desc', max: 60 }),
    rank: field.integer({ column: 'order', nullable: true }),
    rack: field.belongsTo(() => Rack, { column: 'rack', nullable: true, onDelete: 'setNull' }),
    replacedBy: field.belongsTo(() => Article, { column: 'Replaced By', nullable: true }),
  },
  key: 'no',
  managed: false,
});

export const Order = defineModel('order', {
  fields: {
    id: field.uuid({ column: 'Order ID', default: 'random' }),
    buyer: field.belongsTo(() => Member, { column: 'Buyer' }),
    state: field.choice(['open', 'Shipped out', 'closed'], { sqlType: 'Sales.Order State', default: 'open' }),
    placedAt: field.timestamp({ column: 'Placed At', default: 'now' }),
    weight: field.decimal({ column: 'Weight (kg)', nullable: true }),
    zip: field.text({ nullable: true }),
    changedBy: field.text({ column: 'Changed By', nullable: true, readOnly: true }),
  },
  key: 'id',
  label: ['buyer', 'placedAt'],
  table: 'Sales.Order',
  managed: false,
});

export const OrderDetail = defineModel('orderDetail', {
  fields: {
    order: field.belongsTo(() => Order, { column: 'Order ID', onDelete: 'cascade' }),
    line: field.integer({ column: 'Line' }),
    article: field.belongsTo(() => Article, { column: 'Article' }),
    quantity: field.integer({ column: 'qty' }),
    price: field.decimal(),
    amount: field.decimal({ nullable: true, readOnly: true }),
  },
  key: ['order', 'line'],
  label: ['order', 'line'],
  table: 'Sales.Order Details',
  managed: false,
});

export const OrderTotal = defineModel('orderTotal', {
  fields: {
    // Rows of a view disappear with their source rows; they block no deletion.
    order: field.belongsTo(() => Order, { column: 'Order ID', onDelete: 'cascade' }),
    buyer: field.belongsTo(() => Member, { column: 'Buyer', onDelete: 'cascade' }),
    lines: field.bigint(),
    total: field.decimal(),
  },
  key: 'order',
  label: 'order',
  table: 'Sales.v Order Totals',
  managed: false,
  readOnly: true,
});

export const models = [Country, Member, Rack, Article, Order, OrderDetail, OrderTotal];

export const admins = [
  defineAdmin(Country, { search: ['iso', 'name'] }),
  defineAdmin(Member, {
    list: ['login', 'group', 'email', 'country', 'since', 'wakesAt'],
    filters: ['country', 'since'],
    search: ['login', 'email', 'country.name'],
  }),
  defineAdmin(Rack, { list: ['name', 'no', 'capacity'], filters: ['capacity'] }),
  defineAdmin(Article, {
    list: ['name', 'rank', 'rack', 'replacedBy'],
    filters: ['rack', 'replacedBy', 'rank'],
    search: ['name'],
  }),
  defineAdmin(Order, {
    list: ['placedAt', 'buyer', 'state', 'weight', 'zip'],
    filters: ['state', 'buyer', 'placedAt', 'weight'],
    search: ['buyer.email', 'state', 'zip'],
    order: ['-placedAt'],
  }),
  defineAdmin(OrderDetail, {
    list: ['order', 'line', 'article', 'quantity', 'price', 'amount'],
    filters: ['order', 'article', 'amount'],
  }),
  defineAdmin(OrderTotal, {
    list: ['order', 'buyer', 'lines', 'total'],
    filters: ['buyer', 'total'],
    order: ['-total'],
  }),
];
