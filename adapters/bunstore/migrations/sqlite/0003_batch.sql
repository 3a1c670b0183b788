-- +goose Up
ALTER TABLE {{p}}clients ADD COLUMN withdrawn BOOLEAN NOT NULL DEFAULT 0;
UPDATE {{p}}clients SET withdrawn = 1 WHERE json_extract(data, '$.withdrawal') IS NOT NULL;
CREATE TABLE {{p}}service_groups (
	agency_id TEXT NOT NULL REFERENCES {{p}}agencies (key), id TEXT NOT NULL, version INTEGER NOT NULL, sort TEXT NOT NULL,
	data TEXT NOT NULL, PRIMARY KEY (agency_id, id)
) WITHOUT ROWID;
CREATE TABLE {{p}}service_codes (
	agency_id TEXT NOT NULL REFERENCES {{p}}agencies (key), id TEXT NOT NULL, version INTEGER NOT NULL, sort TEXT NOT NULL,
	data TEXT NOT NULL, PRIMARY KEY (agency_id, id)
) WITHOUT ROWID;
CREATE TABLE {{p}}enrollments (
	agency_id TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, client_id TEXT NOT NULL, program_id TEXT NOT NULL,
	start_date TEXT NOT NULL, exit_date TEXT, data TEXT NOT NULL,
	PRIMARY KEY (agency_id, id),
	FOREIGN KEY (agency_id, client_id) REFERENCES {{p}}clients (agency_id, id),
	FOREIGN KEY (agency_id, program_id) REFERENCES {{p}}programs (agency_id, id)
) WITHOUT ROWID;
CREATE INDEX {{p}}enrollments_client ON {{p}}enrollments (agency_id, client_id, program_id, start_date, exit_date);
CREATE TABLE {{p}}bars (
	agency_id TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, client_id TEXT NOT NULL, program_id TEXT, facility_id TEXT,
	start_date TEXT NOT NULL, end_date TEXT, lifted_on TEXT, data TEXT NOT NULL,
	PRIMARY KEY (agency_id, id),
	FOREIGN KEY (agency_id, client_id) REFERENCES {{p}}clients (agency_id, id),
	FOREIGN KEY (agency_id, program_id) REFERENCES {{p}}programs (agency_id, id),
	FOREIGN KEY (agency_id, facility_id) REFERENCES {{p}}sites (agency_id, id)
) WITHOUT ROWID;
CREATE INDEX {{p}}bars_client ON {{p}}bars (agency_id, client_id, start_date);
CREATE TABLE {{p}}cards (
	agency_id TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, client_id TEXT NOT NULL, value TEXT NOT NULL, data TEXT NOT NULL,
	PRIMARY KEY (agency_id, id),
	UNIQUE (agency_id, value),
	FOREIGN KEY (agency_id, client_id) REFERENCES {{p}}clients (agency_id, id)
) WITHOUT ROWID;
CREATE INDEX {{p}}cards_client ON {{p}}cards (agency_id, client_id, id);
CREATE TABLE {{p}}batches (
	agency_id TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, sort TEXT NOT NULL, program_id TEXT NOT NULL, data TEXT NOT NULL,
	PRIMARY KEY (agency_id, id),
	FOREIGN KEY (agency_id, program_id) REFERENCES {{p}}programs (agency_id, id)
) WITHOUT ROWID;
CREATE TABLE {{p}}batch_runs (
	agency_id TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, batch_id TEXT NOT NULL, program_id TEXT NOT NULL,
	location_id TEXT, provider_id TEXT NOT NULL, service_date TEXT NOT NULL, data TEXT NOT NULL,
	PRIMARY KEY (agency_id, id),
	FOREIGN KEY (agency_id, batch_id) REFERENCES {{p}}batches (agency_id, id)
) WITHOUT ROWID;
CREATE INDEX {{p}}batch_runs_date ON {{p}}batch_runs (agency_id, service_date);
CREATE INDEX {{p}}batch_runs_batch ON {{p}}batch_runs (agency_id, batch_id, service_date, id);
CREATE TABLE {{p}}batch_reversals (
	agency_id TEXT NOT NULL, id TEXT NOT NULL, run_id TEXT NOT NULL, data TEXT NOT NULL,
	PRIMARY KEY (agency_id, id),
	FOREIGN KEY (agency_id, run_id) REFERENCES {{p}}batch_runs (agency_id, id)
) WITHOUT ROWID;
CREATE INDEX {{p}}batch_reversals_run ON {{p}}batch_reversals (agency_id, run_id, id);
-- again counts the explicit "once more"; a reversed entry gives its place free.
-- Entries and services have no foreign keys: they are written from rows that
-- the same unit of work has read and holds, by the thousand, and a check row by
-- row takes longer than all the rest
CREATE TABLE {{p}}batch_entries (
	agency_id TEXT NOT NULL, id TEXT NOT NULL, run_id TEXT NOT NULL, batch_id TEXT NOT NULL, client_id TEXT NOT NULL,
	enrollment_id TEXT, service_date TEXT NOT NULL, again INTEGER NOT NULL, posted BOOLEAN NOT NULL, reversal_id TEXT,
	added TEXT NOT NULL, by_id TEXT, scan TEXT, scanned_at TEXT,
	PRIMARY KEY (agency_id, run_id, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX {{p}}batch_entries_once ON {{p}}batch_entries (agency_id, batch_id, service_date, client_id, again) WHERE reversal_id IS NULL;
CREATE UNIQUE INDEX {{p}}batch_entries_scan ON {{p}}batch_entries (agency_id, scan) WHERE scan IS NOT NULL;
CREATE INDEX {{p}}batch_entries_client ON {{p}}batch_entries (agency_id, client_id, service_date, id);
-- those who wait to be posted are few
CREATE INDEX {{p}}batch_entries_waiting ON {{p}}batch_entries (agency_id, service_date) WHERE NOT posted AND reversal_id IS NULL;
-- everything else of a service is its entry's and its run's
CREATE TABLE {{p}}batch_services (
	agency_id TEXT NOT NULL, entry_id TEXT NOT NULL, code_id TEXT NOT NULL, units INTEGER NOT NULL,
	PRIMARY KEY (agency_id, entry_id, code_id)
) WITHOUT ROWID;
