drop table second_factor_code;
