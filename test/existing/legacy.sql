-- A database that grew over twenty years, before anybody thought of an admin: a wine merchant's. Everything in it is made up,
-- and everything that makes life hard is in it.

create extension if not exists citext;
create schema "Sales";

create type "Sales"."Order State" as enum ('open', 'Shipped out', 'closed');
create domain "Postal Code" as text constraint "four or five digits" check (value ~ '^[0-9]{4,5}$');

-- A key of char(3), whose shorter values PostgreSQL fills up with blanks.
create table "Country" (
  iso char(3) primary key,
  "Full Name" varchar(40) not null unique
);

-- A reserved word as a name, a text key, a column called "group", citext.
create table "user" (
  "Login Name" varchar(20) primary key,
  "group" text not null default 'staff',
  email citext not null unique,
  country char(3) references "Country" on delete set null,
  "Since" timestamp not null default localtimestamp,
  "Wakes At" time,
  constraint "small letters only" check ("Login Name" = lower("Login Name"))
);

-- A smallint key.
create table "Sales"."Rack" (
  no smallint primary key,
  "Name" varchar(30) not null,
  capacity smallint not null
);

-- A serial of 32 bits, columns called "desc" and "order", a relation to itself.
create table article (
  "ArticleNo" serial primary key,
  "desc" varchar(60) not null,
  "order" integer,
  rack smallint references "Sales"."Rack" on delete set null,
  "Replaced By" integer default null references article on delete set default
);

-- A uuid key, an enum, numeric without precision, moments to the microsecond, a domain.
create table "Sales"."Order" (
  "Order ID" uuid primary key default gen_random_uuid(),
  "Buyer" varchar(20) not null references "user" on update cascade on delete restrict,
  state "Sales"."Order State" not null default 'open',
  "Placed At" timestamptz not null default clock_timestamp(),
  "Weight (kg)" numeric,
  zip "Postal Code",
  "Changed By" text
);

-- A composite key, a name with a space, a column that the database works out.
create table "Sales"."Order Details" (
  "Order ID" uuid not null references "Sales"."Order" on delete cascade,
  "Line" smallint not null,
  "Article" integer not null references article on delete no action,
  qty integer not null constraint "some or none" check (qty >= 0),
  price numeric not null,
  amount numeric generated always as (qty * price) stored,
  primary key ("Order ID", "Line")
);

-- Points to orders, and no model describes it.
create table "shipping label" (
  no integer primary key,
  "Order ID" uuid not null references "Sales"."Order"
);

-- No primary key, and nothing else by which a row could be told from another.
create table "import log" (
  at timestamp not null default localtimestamp,
  line text
);

create view "Sales"."v Order Totals" as
  select o."Order ID", o."Buyer", count(d."Line") as lines, coalesce(sum(d.amount), 0) as total
  from "Sales"."Order" o
  left join "Sales"."Order Details" d using ("Order ID")
  group by o."Order ID";

-- A rule in a trigger: what belongs to a closed order stands.
create function "Sales".keep_closed() returns trigger language plpgsql as $$
begin
  if exists (
    select from "Sales"."Order"
    where "Order ID" = coalesce(new."Order ID", old."Order ID") and state = 'closed'
  ) then
    raise exception 'order % is closed: internal rule KC-17 of "Sales".keep_closed', coalesce(new."Order ID", old."Order ID");
  end if;
  return coalesce(new, old);
end
$$;
create trigger keep_closed before insert or update or delete on "Sales"."Order Details"
  for each row execute function "Sales".keep_closed();

-- A trigger that changes what is written.
create function "Sales".note_who() returns trigger language plpgsql as $$
begin
  new."Changed By" := 'trigger';
  return new;
end
$$;
create trigger note_who before insert or update on "Sales"."Order"
  for each row execute function "Sales".note_who();

-- A trigger that lets nothing happen and says nothing.
create function swallow() returns trigger language plpgsql as $$
begin
  return null;
end
$$;
create trigger swallow before insert on "Country" for each row when (new.iso = 'XX') execute function swallow();

insert into "Country" values ('CHE', 'Switzerland'), ('FRA', 'France'), ('UK', 'United Kingdom');
insert into "user" ("Login Name", email, country, "Since", "Wakes At") values
  ('ada', 'Ada@example.org', 'CHE', '2004-02-29 23:59:59.999999', '06:30:15.25'),
  ('ben o''hara', 'ben@example.org', 'UK', '2010-06-01 12:00:00.000001', null),
  ('zoë', 'zoe@example.org', null, '2015-01-01 00:00:00', '07:00');
insert into "Sales"."Rack" values (-1, 'Below ground', 40), (1, 'By the door', 12), (2, 'North wall', 200);
insert into article ("desc", "order", rack) values ('Fendant', 3, 1), ('Dôle', 1, 2), ('Œil-de-Perdrix', null, null);
update article set "Replaced By" = 2 where "ArticleNo" = 3;
insert into "Sales"."Order" ("Order ID", "Buyer", state, "Placed At", "Weight (kg)", zip) values
  ('00000000-0000-4000-8000-000000000001', 'ada', 'open', '2026-01-05 10:00:00.123456+00', 12.3400, '8001'),
  ('00000000-0000-4000-8000-000000000002', 'ada', 'closed', '2026-01-05 10:00:00.123457+00', null, null),
  ('00000000-0000-4000-8000-000000000003', 'ben o''hara', 'Shipped out', '2026-01-05 10:00:00.123458+00', 0.1, '10115');
insert into "shipping label" values (1, '00000000-0000-4000-8000-000000000003');
alter table "Sales"."Order Details" disable trigger keep_closed;
insert into "Sales"."Order Details" ("Order ID", "Line", "Article", qty, price) values
  ('00000000-0000-4000-8000-000000000001', 1, 1, 6, 17.5),
  ('00000000-0000-4000-8000-000000000001', 2, 2, 1, 0.1234567890123456789),
  ('00000000-0000-4000-8000-000000000002', 1, 1, 12, 16);
alter table "Sales"."Order Details" enable trigger keep_closed;
insert into "import log" (line) values ('first'), ('first');
