drop schema graphile_worker cascade;
