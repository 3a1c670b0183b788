-- +goose Up
CREATE TABLE {{p}}export_runs (
	agency_id text NOT NULL REFERENCES {{p}}agencies (key), id uuid NOT NULL, version bigint NOT NULL, funder_id uuid NOT NULL, program_id uuid,
	data jsonb NOT NULL,
	PRIMARY KEY (agency_id, id),
	FOREIGN KEY (agency_id, funder_id) REFERENCES {{p}}funders (agency_id, id),
	FOREIGN KEY (agency_id, program_id) REFERENCES {{p}}programs (agency_id, id)
);
CREATE TABLE {{p}}export_files (
	agency_id text NOT NULL, id uuid NOT NULL, version bigint NOT NULL, run_id uuid NOT NULL, place integer NOT NULL, data jsonb NOT NULL,
	PRIMARY KEY (agency_id, id),
	FOREIGN KEY (agency_id, run_id) REFERENCES {{p}}export_runs (agency_id, id)
);
CREATE UNIQUE INDEX {{p}}export_files_run ON {{p}}export_files (agency_id, run_id, place);
CREATE TABLE {{p}}export_contents (
	agency_id text NOT NULL, file_id uuid NOT NULL, content bytea NOT NULL,
	PRIMARY KEY (agency_id, file_id),
	FOREIGN KEY (agency_id, file_id) REFERENCES {{p}}export_files (agency_id, id)
);
-- the ledger: a row of a file is a form, the profile of a client, or a session such as a course
CREATE TABLE {{p}}export_rows (
	agency_id text NOT NULL, file_id uuid NOT NULL, place integer NOT NULL, run_id uuid NOT NULL, funder_id uuid NOT NULL, client_id uuid,
	session_id uuid, form_id uuid, worker_id uuid, service_date date, state text NOT NULL, at timestamptz NOT NULL, print text NOT NULL,
	record text NOT NULL, amends text NOT NULL, old_file_id uuid, old_place integer, old_state text, data jsonb NOT NULL,
	PRIMARY KEY (agency_id, file_id, place),
	FOREIGN KEY (agency_id, file_id) REFERENCES {{p}}export_files (agency_id, id),
	FOREIGN KEY (agency_id, client_id) REFERENCES {{p}}clients (agency_id, id),
	FOREIGN KEY (agency_id, form_id) REFERENCES {{p}}session_forms (agency_id, id)
);
-- nothing is in two files at once
CREATE UNIQUE INDEX {{p}}export_rows_form ON {{p}}export_rows (agency_id, form_id) WHERE form_id IS NOT NULL AND state <> 'superseded';
CREATE UNIQUE INDEX {{p}}export_rows_client ON {{p}}export_rows (agency_id, client_id, funder_id) WHERE form_id IS NULL AND state <> 'superseded';
CREATE INDEX {{p}}export_rows_date ON {{p}}export_rows (agency_id, funder_id, service_date);
CREATE INDEX {{p}}export_rows_rejected ON {{p}}export_rows (agency_id, worker_id, at, file_id, place) WHERE state = 'rejected';
CREATE UNIQUE INDEX {{p}}export_rows_session ON {{p}}export_rows (agency_id, session_id) WHERE form_id IS NULL AND client_id IS NULL AND state <> 'superseded';
