-- +goose Up
ALTER TABLE {{p}}clients ADD COLUMN withdrawn boolean NOT NULL DEFAULT false;
UPDATE {{p}}clients SET withdrawn = true WHERE data -> 'withdrawal' IS NOT NULL AND data -> 'withdrawal' <> 'null';
CREATE TABLE {{p}}service_groups (
	agency_id text NOT NULL REFERENCES {{p}}agencies (key), id uuid NOT NULL, version bigint NOT NULL, sort text COLLATE "C" NOT NULL,
	data jsonb NOT NULL, PRIMARY KEY (agency_id, id)
);
CREATE TABLE {{p}}service_codes (
	agency_id text NOT NULL REFERENCES {{p}}agencies (key), id uuid NOT NULL, version bigint NOT NULL, sort text COLLATE "C" NOT NULL,
	data jsonb NOT NULL, PRIMARY KEY (agency_id, id)
);
CREATE TABLE {{p}}enrollments (
	agency_id text NOT NULL, id uuid NOT NULL, version bigint NOT NULL, client_id uuid NOT NULL, program_id uuid NOT NULL,
	start_date date NOT NULL, exit_date date, data jsonb NOT NULL,
	PRIMARY KEY (agency_id, id),
	FOREIGN KEY (agency_id, client_id) REFERENCES {{p}}clients (agency_id, id),
	FOREIGN KEY (agency_id, program_id) REFERENCES {{p}}programs (agency_id, id)
);
CREATE INDEX {{p}}enrollments_client ON {{p}}enrollments (agency_id, client_id, program_id, start_date, exit_date);
CREATE TABLE {{p}}bars (
	agency_id text NOT NULL, id uuid NOT NULL, version bigint NOT NULL, client_id uuid NOT NULL, program_id uuid, facility_id uuid,
	start_date date NOT NULL, end_date date, lifted_on date, data jsonb NOT NULL,
	PRIMARY KEY (agency_id, id),
	FOREIGN KEY (agency_id, client_id) REFERENCES {{p}}clients (agency_id, id),
	FOREIGN KEY (agency_id, program_id) REFERENCES {{p}}programs (agency_id, id),
	FOREIGN KEY (agency_id, facility_id) REFERENCES {{p}}sites (agency_id, id)
);
CREATE INDEX {{p}}bars_client ON {{p}}bars (agency_id, client_id, start_date);
CREATE TABLE {{p}}cards (
	agency_id text NOT NULL, id uuid NOT NULL, version bigint NOT NULL, client_id uuid NOT NULL, value text NOT NULL, data jsonb NOT NULL,
	PRIMARY KEY (agency_id, id),
	UNIQUE (agency_id, value),
	FOREIGN KEY (agency_id, client_id) REFERENCES {{p}}clients (agency_id, id)
);
CREATE INDEX {{p}}cards_client ON {{p}}cards (agency_id, client_id, id);
CREATE TABLE {{p}}batches (
	agency_id text NOT NULL, id uuid NOT NULL, version bigint NOT NULL, sort text COLLATE "C" NOT NULL, program_id uuid NOT NULL, data jsonb NOT NULL,
	PRIMARY KEY (agency_id, id),
	FOREIGN KEY (agency_id, program_id) REFERENCES {{p}}programs (agency_id, id)
);
CREATE TABLE {{p}}batch_runs (
	agency_id text NOT NULL, id uuid NOT NULL, version bigint NOT NULL, batch_id uuid NOT NULL, program_id uuid NOT NULL,
	location_id uuid, provider_id uuid NOT NULL, service_date date NOT NULL, data jsonb NOT NULL,
	PRIMARY KEY (agency_id, id),
	FOREIGN KEY (agency_id, batch_id) REFERENCES {{p}}batches (agency_id, id)
);
CREATE INDEX {{p}}batch_runs_date ON {{p}}batch_runs (agency_id, service_date);
CREATE INDEX {{p}}batch_runs_batch ON {{p}}batch_runs (agency_id, batch_id, service_date, id);
CREATE TABLE {{p}}batch_reversals (
	agency_id text NOT NULL, id uuid NOT NULL, run_id uuid NOT NULL, data jsonb NOT NULL,
	PRIMARY KEY (agency_id, id),
	FOREIGN KEY (agency_id, run_id) REFERENCES {{p}}batch_runs (agency_id, id)
);
CREATE INDEX {{p}}batch_reversals_run ON {{p}}batch_reversals (agency_id, run_id, id);
-- again counts the explicit "once more"; a reversed entry gives its place free.
-- Entries and services have no foreign keys: they are written from rows that
-- the same unit of work has read and holds, by the thousand, and a check row by
-- row takes longer than all the rest
CREATE TABLE {{p}}batch_entries (
	agency_id text NOT NULL, id uuid NOT NULL, run_id uuid NOT NULL, batch_id uuid NOT NULL, client_id uuid NOT NULL,
	enrollment_id uuid, service_date date NOT NULL, again integer NOT NULL, posted boolean NOT NULL, reversal_id uuid,
	added timestamptz NOT NULL, by_id uuid, scan text, scanned_at timestamptz,
	PRIMARY KEY (agency_id, run_id, id)
);
CREATE UNIQUE INDEX {{p}}batch_entries_once ON {{p}}batch_entries (agency_id, batch_id, service_date, client_id, again) WHERE reversal_id IS NULL;
CREATE UNIQUE INDEX {{p}}batch_entries_scan ON {{p}}batch_entries (agency_id, scan) WHERE scan IS NOT NULL;
CREATE INDEX {{p}}batch_entries_client ON {{p}}batch_entries (agency_id, client_id, service_date, id);
-- those who wait to be posted are few
CREATE INDEX {{p}}batch_entries_waiting ON {{p}}batch_entries (agency_id, service_date) WHERE NOT posted AND reversal_id IS NULL;
-- everything else of a service is its entry's and its run's
CREATE TABLE {{p}}batch_services (
	agency_id text NOT NULL, entry_id uuid NOT NULL, code_id uuid NOT NULL, units integer NOT NULL,
	PRIMARY KEY (agency_id, entry_id, code_id)
);
