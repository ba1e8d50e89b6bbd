alter table strike_label drop constraint strike_label_strike_id_fkey;

alter table strike_label drop constraint strike_label_label_id_fkey;

alter table strike drop constraint strike_species_id_fkey;

alter table strike drop constraint strike_operator_id_fkey;

alter table strike drop constraint strike_officer_id_fkey;

alter table strike drop constraint strike_airport_code_fkey;

alter table strike drop constraint strike_aircraft_id_fkey;

alter table route drop constraint route_origin_code_fkey;

alter table route drop constraint route_destination_code_fkey;

alter table flight drop constraint flight_origin_code_fkey;

alter table flight drop constraint flight_destination_code_fkey;

-- Loses data: every row of strike_label.
drop table strike_label;

-- Loses data: every row of strike.
drop table strike;

-- Loses data: every row of species.
drop table species;

-- Loses data: every row of route.
drop table route;

-- Loses data: every row of operator.
drop table operator;

-- Loses data: every row of label.
drop table label;

-- Loses data: every row of flight.
drop table flight;

-- Loses data: every row of airport.
drop table airport;

-- Loses data: every row of aircraft.
drop table aircraft;
