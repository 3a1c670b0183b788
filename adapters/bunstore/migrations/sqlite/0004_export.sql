-- +goose Up
CREATE TABLE {{p}}export_runs (
	agency_id TEXT NOT NULL REFERENCES {{p}}agencies (key), id TEXT NOT NULL, version INTEGER NOT NULL, funder_id TEXT NOT NULL, program_id TEXT,
	data TEXT NOT NULL,
	PRIMARY KEY (agency_id, id),
	FOREIGN KEY (agency_id, funder_id) REFERENCES {{p}}funders (agency_id, id),
	FOREIGN KEY (agency_id, program_id) REFERENCES {{p}}programs (agency_id, id)
) WITHOUT ROWID;
CREATE TABLE {{p}}export_files (
	agency_id TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, run_id TEXT NOT NULL, place INTEGER NOT NULL, data TEXT NOT NULL,
	PRIMARY KEY (agency_id, id),
	FOREIGN KEY (agency_id, run_id) REFERENCES {{p}}export_runs (agency_id, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX {{p}}export_files_run ON {{p}}export_files (agency_id, run_id, place);
CREATE TABLE {{p}}export_contents (
	agency_id TEXT NOT NULL, file_id TEXT NOT NULL, content BLOB NOT NULL,
	PRIMARY KEY (agency_id, file_id),
	FOREIGN KEY (agency_id, file_id) REFERENCES {{p}}export_files (agency_id, id)
);
-- the ledger: a row of a file is a form, the profile of a client, or a session such as a course
CREATE TABLE {{p}}export_rows (
	agency_id TEXT NOT NULL, file_id TEXT NOT NULL, place INTEGER NOT NULL, run_id TEXT NOT NULL, funder_id TEXT NOT NULL, client_id TEXT,
	session_id TEXT, form_id TEXT, worker_id TEXT, service_date TEXT, state TEXT NOT NULL, at TEXT NOT NULL, print TEXT NOT NULL,
	record TEXT NOT NULL, amends TEXT NOT NULL, old_file_id TEXT, old_place INTEGER, old_state TEXT, data TEXT NOT NULL,
	PRIMARY KEY (agency_id, file_id, place),
	FOREIGN KEY (agency_id, file_id) REFERENCES {{p}}export_files (agency_id, id),
	FOREIGN KEY (agency_id, client_id) REFERENCES {{p}}clients (agency_id, id),
	FOREIGN KEY (agency_id, form_id) REFERENCES {{p}}session_forms (agency_id, id)
) WITHOUT ROWID;
-- nothing is in two files at once
CREATE UNIQUE INDEX {{p}}export_rows_form ON {{p}}export_rows (agency_id, form_id) WHERE form_id IS NOT NULL AND state <> 'superseded';
CREATE UNIQUE INDEX {{p}}export_rows_client ON {{p}}export_rows (agency_id, client_id, funder_id) WHERE form_id IS NULL AND state <> 'superseded';
CREATE INDEX {{p}}export_rows_date ON {{p}}export_rows (agency_id, funder_id, service_date);
CREATE INDEX {{p}}export_rows_rejected ON {{p}}export_rows (agency_id, worker_id, at, file_id, place) WHERE state = 'rejected';
CREATE UNIQUE INDEX {{p}}export_rows_session ON {{p}}export_rows (agency_id, session_id) WHERE form_id IS NULL AND client_id IS NULL AND state <> 'superseded';
