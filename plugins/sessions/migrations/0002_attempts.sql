-- Limits on attempts to sign in and to prove other secrets: one row per counter.

create table rustio_attempt (
  -- A keyed hash of what is counted, so that the table contains no address that somebody typed.
  key bytea primary key
    constraint rustio_attempt_key_check check (octet_length(key) = 32),
  -- Attempts that have not been forgotten yet; a fraction, because they are forgotten continuously.
  level double precision not null,
  counted_at timestamptz(3) not null,
  blocked_until timestamptz(3) not null
);

create index rustio_attempt_counted_at_idx on rustio_attempt (counted_at);

-- Counts an attempt against all of its counters, unless one of them is blocked: then nothing is counted and the result is the
-- number of seconds to wait. Each counter has these limits, in seconds except for the first: attempts without a delay, first delay
-- (each further attempt doubles it), longest delay, and the time after which one attempt is forgotten.
create function rustio_admit_attempt(
  keys bytea[],
  free double precision[],
  delays double precision[],
  longest double precision[],
  forgotten double precision[]
) returns double precision
language plpgsql
as $$
declare
  moment timestamptz;
  wait double precision;
begin
  -- Creates missing rows and locks all of them, in the order of their keys, so that two attempts do not deadlock.
  insert into rustio_attempt (key, level, counted_at, blocked_until)
  select k, 0, clock_timestamp(), '-infinity'
  from unnest(keys) k
  order by k
  on conflict (key) do update set key = excluded.key;

  moment := clock_timestamp();
  select max(extract(epoch from blocked_until - moment)) into wait
  from rustio_attempt
  where key = any (keys) and blocked_until > moment;
  if wait is not null then
    return wait;
  end if;

  update rustio_attempt a
  set
    level = n.level,
    counted_at = moment,
    -- Half an attempt of tolerance for what was forgotten between two attempts.
    blocked_until = case
      when n.level < n.free - 0.5 then '-infinity'
      else moment + make_interval(secs => least(n.longest, n.delay * 2 ^ least(greatest(n.level - n.free, 0), 30)))
    end
  from (
    select
      c.key, c.free, c.delay, c.longest,
      greatest(0, before.level - extract(epoch from moment - before.counted_at) / c.forgotten) + 1 as level
    from unnest(keys, free, delays, longest, forgotten) c (key, free, delay, longest, forgotten)
    join rustio_attempt before on before.key = c.key
  ) n
  where a.key = n.key;
  return 0;
end
$$;

-- Takes one attempt back from each counter, and clears the counters in `cleared`.
create function rustio_withdraw_attempt(keys bytea[], free double precision[], cleared bytea[]) returns void
language plpgsql
as $$
begin
  perform from rustio_attempt where key = any (keys) order by key for update;
  delete from rustio_attempt where key = any (cleared);
  update rustio_attempt a
  set
    level = greatest(0, a.level - 1),
    blocked_until = case when a.level - 1 < c.free - 0.5 then '-infinity' else a.blocked_until end
  from unnest(keys, free) c (key, free)
  where a.key = c.key;
end
$$;
