create or replace function rustio_admit_attempt(
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
