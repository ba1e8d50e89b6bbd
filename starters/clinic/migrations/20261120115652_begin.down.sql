alter table practitioner drop constraint practitioner_account_id_fkey;

alter table invoice_line drop constraint invoice_line_treatment_code_fkey;

alter table invoice_line drop constraint invoice_line_invoice_id_fkey;

alter table invoice drop constraint invoice_patient_id_fkey;

alter table appointment drop constraint appointment_practitioner_id_fkey;

alter table appointment drop constraint appointment_patient_id_fkey;

-- Loses data: every row of treatment.
drop table treatment;

-- Loses data: every row of practitioner.
drop table practitioner;

-- Loses data: every row of patient.
drop table patient;

-- Loses data: every row of invoice_line.
drop table invoice_line;

-- Loses data: every row of invoice.
drop table invoice;

-- Loses data: every row of appointment.
drop table appointment;
