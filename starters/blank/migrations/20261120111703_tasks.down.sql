-- Loses data: every row of task.
drop table task;
