-- Loses data: every visit.
drop table waiting_visit;
