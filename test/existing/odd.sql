-- What other people's databases contain: names that need quotes, types that models do not know, tables that are not plain tables.
create extension citext;
create extension file_fdw;
create extension postgres_fdw;
create schema "Odd ""Schema""";
create schema stock;

-- Names.
create table "Odd ""Schema"""."we""ird $1" (
  "$1" int primary key,
  "select" text not null,
  "a?b" int,
  "a%b" text,
  "~label" text,
  "~version" text,
  "constructor" text default 'c',
  "__proto__" text,
  "Ünï çödé 😀" text,
  "t" text,
  "p" text,
  "tableoid text" text,
  ":name" text,
  "quote""d" text,
  "back\slash" text,
  "single'quote" text,
  "new" text,
  "user" text,
  "order" int,
  "dropped" int
);
alter table "Odd ""Schema"""."we""ird $1" drop column "dropped";
create index "odd "" index" on "Odd ""Schema"""."we""ird $1" ("select");
insert into "Odd ""Schema"""."we""ird $1" values
  (1, 'one', 1, '100%', 'l', 'v', 'c', 'p', 'ü', 't', 'p', 'x', ':a', '"', '\', '''', 'n', 'u', 1),
  (2, '?', null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null),
  (-1, '$1', 0, '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', 0);
create table "user" ("group" text primary key, "table" text);
insert into "user" values ('select', 'from'), ('a/b', 'c'), ('a,b', 'd'), ('+new', 'e'), ('..', 'f'), (' ', 'g'), ('%2F', 'h');
create table stock."user" (id int primary key, name text not null);
insert into stock."user" values (1, 'of the stock');

-- Keys.
create type size as enum ('s', 'M-L', '<xl>', 'it''s');
create table composite (
  active boolean, size size, amount numeric, day date, at timestamptz, clock time, code char(5), token uuid, note text,
  primary key (active, size, amount, day, at, clock, code, token)
);
insert into composite values
  (true, 's', 1.50, '2024-02-29', '2024-01-01 10:00:00.123456+00', '24:00', 'a,b', '00000000-0000-0000-0000-000000000001', 'x'),
  (false, '<xl>', -0.0000001, '-infinity', 'infinity', '00:00', '', '00000000-0000-0000-0000-000000000002', 'y'),
  (true, 'it''s', 'NaN', '0044-03-15 BC', '0044-03-15 BC', '12:00:00.5', ' b', '00000000-0000-0000-0000-000000000003', 'z');
create table by_big (id bigint primary key, name text not null);
insert into by_big values (9223372036854775807, 'max'), (-9223372036854775808, 'min'), (9007199254740993, 'beyond');
create table no_primary (a int not null, b text, note text);
create unique index on no_primary (a);
insert into no_primary values (1, null, 'x'), (2, 'b', 'y');
create table nullable_key (a int unique, note text);
insert into nullable_key values (1, 'x'), (null, 'y'), (null, 'z');
create table only_key (code citext primary key);
insert into only_key values ('Abc'), ('x y');
create table kept (id int, valid daterange not null default daterange('2024-01-01', null), note text, primary key (id));
insert into kept values (1, '[2024-01-01,2025-01-01)', 'x');
create sequence ids start 100;
create table numbered (
  id numeric primary key default nextval('ids'), code text not null default 'ORD-' || currval('ids'),
  since timestamp not null default now(), owner int not null default 7, note text
);
insert into numbered values (1, 'x', '2024-01-01', 1, 'x');
create table line ("order" int not null, line serial, note text, primary key ("order", line));
insert into line ("order", note) values (1, 'x');

-- Partitions and inheritance.
create table event (id int, region text not null, day date not null, note text, primary key (id, region, day)) partition by list (region);
create table event_eu partition of event for values in ('eu') partition by range (day);
create table event_eu_old partition of event_eu for values from (minvalue) to ('2024-01-01');
create table event_eu_new partition of event_eu for values from ('2024-01-01') to (maxvalue);
create table event_us partition of event for values in ('us');
create table event_rest partition of event default;
insert into event values (1, 'eu', '2023-01-01', 'x'), (2, 'eu', '2024-06-01', 'y'), (3, 'us', '2024-01-01', 'z'), (4, 'other', '2024-01-01', 'r');
create table moving (id int not null, state text not null, note text) partition by list (state);
create table moving_open partition of moving for values in ('open');
create table moving_done (note text, state text not null, id int not null);
alter table moving attach partition moving_done for values in ('done');
create unique index on moving_open (id);
create unique index on moving_done (id);
insert into moving values (1, 'open', 'x'), (2, 'done', 'y');
create table animal (id int primary key, name text not null);
create table dog (breed text, primary key (id)) inherits (animal);
insert into animal values (1, 'animal');
insert into dog values (2, 'dog', 'terrier'), (3, 'another', null);

-- Types.
create domain email_address as citext check (value ~ '@');
create domain short as varchar(5);
create domain shorter as short not null;
create domain sized as size;
create domain sized_again as sized;
create domain tag_list as text[] check (cardinality(value) < 4);
create domain positive as numeric(6, 2) check (value > 0);
create type address as (street text, zip text);
create table typed (
  id int generated always as identity primary key,
  mail email_address, short short, shorter shorter default 'x', size size, sized sized, again sized_again, name name, single "char", padded char(5),
  loose bpchar, positive positive, small smallint, tags tag_list, sizes size[], codes varchar(3)[], citexts citext[], smalls smallint[], bigs bigint[],
  sized_list sized[], clock timetz, money money, spot point, span interval, addr address, range int4range, many int4multirange, ip inet, real real, xml xml, js json,
  bits bit(3), vec tsvector, oid oid, stored int generated always as (small * 2) stored,
  other int generated by default as identity
);
do $$ begin
  execute 'alter table typed add computed int generated always as (small + 1) '
    || case when current_setting('server_version_num')::int >= 180000 then 'virtual' else 'stored' end;
end $$;
insert into typed (mail, short, size, sized, again, name, single, padded, loose, positive, small, tags, sizes, codes, citexts, smalls, bigs, sized_list)
values ('Ada@Example.org', 'abc', 'M-L', '<xl>', 'it''s', 'n', 'c', 'ab', 'p  ', 1.5, 3, '{a,"b c"}', '{s,<xl>}', '{abc,NULL}', '{A,a}', '{1,-2}', '{1,9007199254740993}', '{s}'),
  (null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null);
insert into typed (shorter, tags, sizes, money, span, addr, range, ip, real, js, vec)
values ('', '{}', '{}', 1, '1 day', '(a,b)', '[1,2)', '::1', 1.5, '{"a": 1}', 'a b');

-- Views.
create view plain_view as select id, name from stock."user";
create view joined as select a.id as "Id", b.name || '!' as "Full Name", null::numeric as nothing from stock."user" a join animal b using (id);
create view checked as select id, name from stock."user" where id < 100 with check option;
create view instead as select id, name from animal;
create function instead() returns trigger language plpgsql as $$ begin
  if tg_op = 'DELETE' then delete from animal where id = old.id; return old; end if;
  if tg_op = 'INSERT' then insert into animal values (new.id, new.name); return new; end if;
  update animal set name = new.name where id = new.id; return new;
end $$;
create trigger instead instead of insert or update or delete on instead for each row execute function instead();
create materialized view filled as select id, name from animal;
create view grouped as select count(*) as n, region as "Region" from event group by region;

-- Foreign tables: of a program's output, and of another database (here the same one).
create server files foreign data wrapper file_fdw;
create foreign table listed (id int, name text) server files options (program 'printf "1,one\\n2,two\\n"', format 'csv');
create table far_away (id int primary key, name text not null check (name <> 'refused'));
insert into far_away values (1, 'one'), (2, 'two');

-- Triggers, rules and relations.
create table tree (id int primary key, name text not null, parent int references tree on delete cascade on update cascade deferrable initially deferred);
insert into tree values (1, 'root', 1), (2, 'child', 1), (3, 'orphan', null);
create table one (id int primary key, name text not null);
create table one_more (id int primary key references one on delete cascade, note text);
create table one_more_still (id int primary key references one_more on delete cascade, note text);
insert into one values (1, 'one'), (2, 'two');
insert into one_more values (1, 'more');
insert into one_more_still values (1, 'still');
create table audited (id int primary key, name text not null, touched int not null default 0, changed_at timestamp not null default now());
create table audited_log (id int generated always as identity, row jsonb);
create function log_audited() returns trigger language plpgsql as $$ begin
  insert into audited_log (row) select to_jsonb(n) from new_rows n; return null;
end $$;
create trigger log_insert after insert on audited referencing new table as new_rows for each statement execute function log_audited();
create trigger log_update after update on audited referencing new table as new_rows for each statement execute function log_audited();
create function touch() returns trigger language plpgsql as $$ begin
  new.touched := coalesce(new.touched, 0) + 1; new.name := upper(new.name); new.changed_at := now(); return new;
end $$;
create trigger touch before insert or update on audited for each row execute function touch();
insert into audited (id, name) values (1, 'one');
create table renumbered (id int primary key, name text not null);
create function renumber() returns trigger language plpgsql as $$ begin new.id := new.id + 1000; return new; end $$;
create trigger renumber before insert on renumbered for each row execute function renumber();
insert into renumbered values (1, 'one');
create table booking (
  id int primary key, room int not null, stay daterange, nights int,
  exclude using gist (stay with &&), unique nulls not distinct (nights)
);
insert into booking values (1, 1, '[2024-01-01,2024-01-05)', 4);
