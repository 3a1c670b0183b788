-- +goose Up
-- identifiers are 16 bytes, instants microseconds since 1970 (SQLite); an agency goes by its number
CREATE TABLE {{p}}agencies (
	number integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key text NOT NULL UNIQUE, version bigint NOT NULL, lists bigint NOT NULL, data jsonb NOT NULL
);
CREATE TABLE {{p}}counters (
	agency_id integer NOT NULL REFERENCES {{p}}agencies (number), name text NOT NULL, value bigint NOT NULL,
	PRIMARY KEY (agency_id, name)
);
CREATE TABLE {{p}}sites (
	agency_id integer NOT NULL REFERENCES {{p}}agencies (number), id uuid NOT NULL, version bigint NOT NULL, sort text COLLATE "C" NOT NULL,
	data jsonb NOT NULL, PRIMARY KEY (agency_id, id)
);
CREATE TABLE {{p}}programs (
	agency_id integer NOT NULL REFERENCES {{p}}agencies (number), id uuid NOT NULL, version bigint NOT NULL, sort text COLLATE "C" NOT NULL,
	data jsonb NOT NULL, PRIMARY KEY (agency_id, id)
);
CREATE TABLE {{p}}funders (
	agency_id integer NOT NULL REFERENCES {{p}}agencies (number), id uuid NOT NULL, version bigint NOT NULL, sort text COLLATE "C" NOT NULL,
	data jsonb NOT NULL, PRIMARY KEY (agency_id, id)
);
CREATE TABLE {{p}}contacts (
	agency_id integer NOT NULL REFERENCES {{p}}agencies (number), id uuid NOT NULL, version bigint NOT NULL, sort text COLLATE "C" NOT NULL,
	data jsonb NOT NULL, PRIMARY KEY (agency_id, id)
);
CREATE TABLE {{p}}statements (
	agency_id integer NOT NULL REFERENCES {{p}}agencies (number), id uuid NOT NULL, version bigint NOT NULL, sort text COLLATE "C" NOT NULL,
	data jsonb NOT NULL, PRIMARY KEY (agency_id, id)
);
CREATE TABLE {{p}}service_groups (
	agency_id integer NOT NULL REFERENCES {{p}}agencies (number), id uuid NOT NULL, version bigint NOT NULL, sort text COLLATE "C" NOT NULL,
	data jsonb NOT NULL, PRIMARY KEY (agency_id, id)
);
CREATE TABLE {{p}}saved_reports (
	agency_id integer NOT NULL REFERENCES {{p}}agencies (number), id uuid NOT NULL, version bigint NOT NULL, sort text COLLATE "C" NOT NULL,
	data jsonb NOT NULL, PRIMARY KEY (agency_id, id)
);
CREATE TABLE {{p}}service_codes (
	agency_id integer NOT NULL REFERENCES {{p}}agencies (number), id uuid NOT NULL, version bigint NOT NULL, sort text COLLATE "C" NOT NULL,
	data jsonb NOT NULL, PRIMARY KEY (agency_id, id)
);
-- who may not act any more is asked with each request
CREATE TABLE {{p}}staff (
	agency_id integer NOT NULL REFERENCES {{p}}agencies (number), id uuid NOT NULL, version bigint NOT NULL, sort text COLLATE "C" NOT NULL,
	user_key text NOT NULL, deactivated boolean NOT NULL, data jsonb NOT NULL, PRIMARY KEY (agency_id, id), UNIQUE (agency_id, user_key)
);
CREATE TABLE {{p}}staff_programs (
	agency_id integer NOT NULL, staff_id uuid NOT NULL, program_id uuid NOT NULL,
	PRIMARY KEY (agency_id, staff_id, program_id),
	FOREIGN KEY (agency_id, staff_id) REFERENCES {{p}}staff (agency_id, id),
	FOREIGN KEY (agency_id, program_id) REFERENCES {{p}}programs (agency_id, id)
);

CREATE TABLE {{p}}clients (
	agency_id integer NOT NULL REFERENCES {{p}}agencies (number), id uuid NOT NULL, version bigint NOT NULL, number bigint NOT NULL,
	kind text NOT NULL, sort text COLLATE "C" NOT NULL, name text NOT NULL, preferred text NOT NULL, birth_date date, gender text NOT NULL,
	family_code text NOT NULL, email text NOT NULL, postal_code text COLLATE "C" NOT NULL, immigration_class text NOT NULL,
	country text NOT NULL, withdrawn boolean NOT NULL, data jsonb NOT NULL,
	PRIMARY KEY (agency_id, id)
);
CREATE UNIQUE INDEX {{p}}clients_number ON {{p}}clients (agency_id, number);
CREATE INDEX {{p}}clients_sort ON {{p}}clients (agency_id, kind, sort, id);
CREATE INDEX {{p}}clients_birth ON {{p}}clients (agency_id, birth_date);
CREATE INDEX {{p}}clients_family ON {{p}}clients (agency_id, family_code) WHERE family_code <> '';
CREATE INDEX {{p}}clients_email ON {{p}}clients (agency_id, email) WHERE email <> '';
CREATE INDEX {{p}}clients_postal ON {{p}}clients (agency_id, postal_code) WHERE postal_code <> '';
-- kind n: a folded word of a name, with all words of the person in names (or * where they are too long); p: the digits of a phone, or their last seven; b: the birth date
CREATE TABLE {{p}}client_words (
	agency_id integer NOT NULL, kind text COLLATE "C" NOT NULL, word text COLLATE "C" NOT NULL, sort text COLLATE "C" NOT NULL, names text COLLATE "C" NOT NULL, client_id uuid NOT NULL,
	PRIMARY KEY (agency_id, kind, word, sort, client_id) INCLUDE (names),
	FOREIGN KEY (agency_id, client_id) REFERENCES {{p}}clients (agency_id, id)
);
CREATE INDEX {{p}}client_words_client ON {{p}}client_words (agency_id, client_id, kind, word);
CREATE TABLE {{p}}client_identifiers (
	agency_id integer NOT NULL, kind text NOT NULL, value text NOT NULL, client_id uuid NOT NULL,
	PRIMARY KEY (agency_id, value, kind),
	FOREIGN KEY (agency_id, client_id) REFERENCES {{p}}clients (agency_id, id)
);
CREATE INDEX {{p}}client_identifiers_client ON {{p}}client_identifiers (agency_id, client_id);

CREATE TABLE {{p}}client_versions (
	agency_id integer NOT NULL, client_id uuid NOT NULL, version bigint NOT NULL, until timestamptz NOT NULL, by_id uuid, data jsonb NOT NULL,
	PRIMARY KEY (agency_id, client_id, version),
	FOREIGN KEY (agency_id, client_id) REFERENCES {{p}}clients (agency_id, id)
);
CREATE TABLE {{p}}plans (
	agency_id integer NOT NULL, id uuid NOT NULL, version bigint NOT NULL, client_id uuid NOT NULL, data jsonb NOT NULL,
	PRIMARY KEY (agency_id, id),
	FOREIGN KEY (agency_id, client_id) REFERENCES {{p}}clients (agency_id, id)
);
CREATE INDEX {{p}}plans_client ON {{p}}plans (agency_id, client_id, id);
CREATE TABLE {{p}}reference_lists (
	agency_id integer NOT NULL, id uuid NOT NULL, version bigint NOT NULL, sort text COLLATE "C" NOT NULL, data jsonb NOT NULL,
	PRIMARY KEY (agency_id, id), UNIQUE (agency_id, sort),
	FOREIGN KEY (agency_id) REFERENCES {{p}}agencies (number)
);
CREATE TABLE {{p}}outlet_activities (
	agency_id integer NOT NULL, id uuid NOT NULL, version bigint NOT NULL, sort text COLLATE "C" NOT NULL, site_id uuid NOT NULL, program_id uuid NOT NULL,
	data jsonb NOT NULL,
	PRIMARY KEY (agency_id, id),
	FOREIGN KEY (agency_id, site_id) REFERENCES {{p}}sites (agency_id, id),
	FOREIGN KEY (agency_id, program_id) REFERENCES {{p}}programs (agency_id, id)
);
CREATE INDEX {{p}}outlet_activities_sort ON {{p}}outlet_activities (agency_id, sort, id);
CREATE TABLE {{p}}case_files (
	agency_id integer NOT NULL, id uuid NOT NULL, version bigint NOT NULL, sort text COLLATE "C" NOT NULL, case_id text COLLATE "C" NOT NULL, activity_id uuid NOT NULL,
	program_id uuid NOT NULL, status text COLLATE "C" NOT NULL, data jsonb NOT NULL,
	PRIMARY KEY (agency_id, id), UNIQUE (agency_id, case_id),
	FOREIGN KEY (agency_id, activity_id) REFERENCES {{p}}outlet_activities (agency_id, id),
	FOREIGN KEY (agency_id, program_id) REFERENCES {{p}}programs (agency_id, id)
);
CREATE INDEX {{p}}case_files_sort ON {{p}}case_files (agency_id, sort, id);
-- who is in which case, for the search by a client's name
CREATE TABLE {{p}}case_clients (
	agency_id integer NOT NULL, client_id uuid NOT NULL, case_file_id uuid NOT NULL,
	PRIMARY KEY (agency_id, client_id, case_file_id),
	FOREIGN KEY (agency_id, client_id) REFERENCES {{p}}clients (agency_id, id),
	FOREIGN KEY (agency_id, case_file_id) REFERENCES {{p}}case_files (agency_id, id)
);
CREATE INDEX {{p}}case_clients_case ON {{p}}case_clients (agency_id, case_file_id);
CREATE INDEX {{p}}case_files_program ON {{p}}case_files (agency_id, program_id);
CREATE TABLE {{p}}case_sessions (
	agency_id integer NOT NULL, id uuid NOT NULL, version bigint NOT NULL, case_file_id uuid NOT NULL, session_id text COLLATE "C" NOT NULL, session_date date NOT NULL, removed boolean NOT NULL, data jsonb NOT NULL,
	PRIMARY KEY (agency_id, id), UNIQUE (agency_id, case_file_id, session_id),
	FOREIGN KEY (agency_id, case_file_id) REFERENCES {{p}}case_files (agency_id, id)
);
CREATE INDEX {{p}}case_sessions_case ON {{p}}case_sessions (agency_id, case_file_id, session_date, id);
CREATE INDEX {{p}}case_sessions_date ON {{p}}case_sessions (agency_id, session_date, case_file_id, id) WHERE NOT removed;
-- who is in which session of a case that was not removed
CREATE TABLE {{p}}case_participants (
	agency_id integer NOT NULL, case_file_id uuid NOT NULL, client_id uuid NOT NULL, case_session_id uuid NOT NULL, support boolean NOT NULL,
	PRIMARY KEY (agency_id, case_file_id, client_id, case_session_id),
	FOREIGN KEY (agency_id, client_id) REFERENCES {{p}}clients (agency_id, id),
	FOREIGN KEY (agency_id, case_session_id) REFERENCES {{p}}case_sessions (agency_id, id)
);
CREATE INDEX {{p}}case_participants_session ON {{p}}case_participants (agency_id, case_session_id);
-- assessments of sessions that were not removed; without a client the community's
CREATE TABLE {{p}}case_scores (
	agency_id integer NOT NULL, case_file_id uuid NOT NULL, case_session_id uuid NOT NULL, n integer NOT NULL, client_id uuid, session_date date NOT NULL,
	type text COLLATE "C" NOT NULL, phase text COLLATE "C" NOT NULL, scores text COLLATE "C" NOT NULL,
	PRIMARY KEY (agency_id, case_file_id, case_session_id, n),
	FOREIGN KEY (agency_id, client_id) REFERENCES {{p}}clients (agency_id, id),
	FOREIGN KEY (agency_id, case_session_id) REFERENCES {{p}}case_sessions (agency_id, id)
);
CREATE INDEX {{p}}case_scores_client ON {{p}}case_scores (agency_id, client_id) WHERE client_id IS NOT NULL;
CREATE INDEX {{p}}case_scores_session ON {{p}}case_scores (agency_id, case_session_id);
-- what the funder of case files wants to know of a client, whose id it has
CREATE TABLE {{p}}case_people (
	agency_id integer NOT NULL, id uuid NOT NULL, version bigint NOT NULL, reporting_id text COLLATE "C" NOT NULL, data jsonb NOT NULL,
	PRIMARY KEY (agency_id, id), UNIQUE (agency_id, reporting_id),
	FOREIGN KEY (agency_id, id) REFERENCES {{p}}clients (agency_id, id)
);
CREATE TABLE {{p}}enrollments (
	agency_id integer NOT NULL, id uuid NOT NULL, version bigint NOT NULL, client_id uuid NOT NULL, program_id uuid NOT NULL,
	start_date date NOT NULL, exit_date date, removed boolean NOT NULL, data jsonb NOT NULL,
	PRIMARY KEY (agency_id, id),
	FOREIGN KEY (agency_id, client_id) REFERENCES {{p}}clients (agency_id, id),
	FOREIGN KEY (agency_id, program_id) REFERENCES {{p}}programs (agency_id, id)
);
CREATE INDEX {{p}}enrollments_client ON {{p}}enrollments (agency_id, client_id, program_id, start_date, exit_date, removed);
CREATE INDEX {{p}}enrollments_program ON {{p}}enrollments (agency_id, program_id, start_date, exit_date) WHERE NOT removed;
CREATE TABLE {{p}}bars (
	agency_id integer NOT NULL, id uuid NOT NULL, version bigint NOT NULL, client_id uuid NOT NULL, program_id uuid, facility_id uuid,
	start_date date NOT NULL, end_date date, lifted_on date, data jsonb NOT NULL,
	PRIMARY KEY (agency_id, id),
	FOREIGN KEY (agency_id, client_id) REFERENCES {{p}}clients (agency_id, id),
	FOREIGN KEY (agency_id, program_id) REFERENCES {{p}}programs (agency_id, id),
	FOREIGN KEY (agency_id, facility_id) REFERENCES {{p}}sites (agency_id, id)
);
CREATE INDEX {{p}}bars_client ON {{p}}bars (agency_id, client_id, start_date);
-- those without both are from the whole agency
CREATE INDEX {{p}}bars_place ON {{p}}bars (agency_id, program_id, facility_id);
CREATE TABLE {{p}}cards (
	agency_id integer NOT NULL, id uuid NOT NULL, version bigint NOT NULL, client_id uuid NOT NULL, value text NOT NULL, data jsonb NOT NULL,
	PRIMARY KEY (agency_id, id),
	UNIQUE (agency_id, value),
	FOREIGN KEY (agency_id, client_id) REFERENCES {{p}}clients (agency_id, id)
);
CREATE INDEX {{p}}cards_client ON {{p}}cards (agency_id, client_id, id);

-- what is a column is not in data
CREATE TABLE {{p}}sessions (
	agency_id integer NOT NULL, id uuid NOT NULL, version bigint NOT NULL, worker_id uuid NOT NULL, type text NOT NULL,
	service_date date NOT NULL, site_id uuid NOT NULL, complete boolean NOT NULL, forms integer NOT NULL, created timestamptz NOT NULL, removal jsonb, data jsonb NOT NULL,
	PRIMARY KEY (agency_id, id),
	FOREIGN KEY (agency_id, worker_id) REFERENCES {{p}}staff (agency_id, id),
	FOREIGN KEY (agency_id, site_id) REFERENCES {{p}}sites (agency_id, id)
);
CREATE INDEX {{p}}sessions_date ON {{p}}sessions (agency_id, service_date, id);
CREATE INDEX {{p}}sessions_worker ON {{p}}sessions (agency_id, worker_id, service_date, id);
CREATE INDEX {{p}}sessions_open ON {{p}}sessions (agency_id, worker_id, service_date, id) WHERE NOT complete;
CREATE INDEX {{p}}sessions_open_date ON {{p}}sessions (agency_id, service_date, id) WHERE NOT complete;
CREATE TABLE {{p}}session_funders (
	agency_id integer NOT NULL, session_id uuid NOT NULL, funder_id uuid NOT NULL,
	PRIMARY KEY (agency_id, session_id, funder_id),
	FOREIGN KEY (agency_id, session_id) REFERENCES {{p}}sessions (agency_id, id),
	FOREIGN KEY (agency_id, funder_id) REFERENCES {{p}}funders (agency_id, id)
);
CREATE TABLE {{p}}session_clients (
	agency_id integer NOT NULL, session_id uuid NOT NULL, client_id uuid NOT NULL, kind text NOT NULL, added timestamptz NOT NULL,
	removal jsonb,
	PRIMARY KEY (agency_id, session_id, client_id),
	FOREIGN KEY (agency_id, session_id) REFERENCES {{p}}sessions (agency_id, id),
	FOREIGN KEY (agency_id, client_id) REFERENCES {{p}}clients (agency_id, id)
);
CREATE INDEX {{p}}session_clients_client ON {{p}}session_clients (agency_id, client_id, session_id);
-- the forms of a session are beside each other; who completed one is named where it is not its worker
CREATE TABLE {{p}}session_forms (
	agency_id integer NOT NULL, session_id uuid NOT NULL, id uuid NOT NULL, version bigint NOT NULL, client_id uuid,
	kind text NOT NULL, definition integer NOT NULL, worker_id uuid NOT NULL, program_id uuid, funder_id uuid,
	private boolean NOT NULL, created timestamptz NOT NULL, completed timestamptz, completed_by uuid, removal jsonb, missing text, answers jsonb, own jsonb,
	PRIMARY KEY (agency_id, session_id, id),
	FOREIGN KEY (agency_id, session_id) REFERENCES {{p}}sessions (agency_id, id),
	FOREIGN KEY (agency_id, session_id, client_id) REFERENCES {{p}}session_clients (agency_id, session_id, client_id),
	FOREIGN KEY (agency_id, program_id) REFERENCES {{p}}programs (agency_id, id),
	FOREIGN KEY (agency_id, funder_id) REFERENCES {{p}}funders (agency_id, id)
);
CREATE UNIQUE INDEX {{p}}session_forms_id ON {{p}}session_forms (agency_id, id);
CREATE TABLE {{p}}session_documents (
	agency_id integer NOT NULL, session_id uuid NOT NULL, id uuid NOT NULL, data jsonb NOT NULL, content bytea NOT NULL,
	PRIMARY KEY (agency_id, session_id, id),
	FOREIGN KEY (agency_id, session_id) REFERENCES {{p}}sessions (agency_id, id)
);
-- what reports count: the forms of complete sessions, by day, so that a period is read in one go. They are written
-- from rows that the same unit of work holds, and have no foreign keys; a form of the session itself has client zero
CREATE TABLE {{p}}facts (
	agency_id integer NOT NULL, service_date date NOT NULL, session_id uuid NOT NULL, client_id uuid NOT NULL, form_id uuid NOT NULL,
	kind text NOT NULL, private boolean NOT NULL, anonymous boolean NOT NULL, people integer NOT NULL, worker_id uuid NOT NULL, program_id uuid, funder_id uuid,
	site_id uuid NOT NULL, session_type text NOT NULL, minutes integer NOT NULL,
	PRIMARY KEY (agency_id, service_date, session_id, client_id, form_id) INCLUDE (kind, private, anonymous, people, worker_id, program_id)
);
-- the answers that reports count
CREATE TABLE {{p}}fact_values (
	agency_id integer NOT NULL, form_id uuid NOT NULL, field text COLLATE "C" NOT NULL, value text COLLATE "C" NOT NULL,
	PRIMARY KEY (agency_id, form_id, field, value)
);

CREATE TABLE {{p}}batches (
	agency_id integer NOT NULL, id uuid NOT NULL, version bigint NOT NULL, sort text COLLATE "C" NOT NULL, program_id uuid NOT NULL, data jsonb NOT NULL,
	PRIMARY KEY (agency_id, id),
	FOREIGN KEY (agency_id, program_id) REFERENCES {{p}}programs (agency_id, id)
);
CREATE TABLE {{p}}batch_runs (
	agency_id integer NOT NULL, id uuid NOT NULL, version bigint NOT NULL, batch_id uuid NOT NULL, program_id uuid NOT NULL,
	location_id uuid, provider_id uuid NOT NULL, service_date date NOT NULL, data jsonb NOT NULL,
	PRIMARY KEY (agency_id, id),
	FOREIGN KEY (agency_id, batch_id) REFERENCES {{p}}batches (agency_id, id)
);
CREATE INDEX {{p}}batch_runs_date ON {{p}}batch_runs (agency_id, service_date, id);
CREATE INDEX {{p}}batch_runs_batch ON {{p}}batch_runs (agency_id, batch_id, service_date, id);
CREATE TABLE {{p}}batch_reversals (
	agency_id integer NOT NULL, run_id uuid NOT NULL, id uuid NOT NULL, data jsonb NOT NULL,
	PRIMARY KEY (agency_id, run_id, id),
	FOREIGN KEY (agency_id, run_id) REFERENCES {{p}}batch_runs (agency_id, id)
);
-- again counts the explicit "once more"; a reversed entry gives its place free.
-- units are those of services that the client is given more or less often than the run says.
-- Entries and services have no foreign keys: they are written from rows that
-- the same unit of work has read and holds, by the thousand, and a check row by
-- row takes longer than all the rest
CREATE TABLE {{p}}batch_entries (
	agency_id integer NOT NULL, id uuid NOT NULL, run_id uuid NOT NULL, batch_id uuid NOT NULL, client_id uuid NOT NULL,
	enrollment_id uuid, service_date date NOT NULL, again integer NOT NULL, posted boolean NOT NULL, reversal_id uuid,
	added timestamptz NOT NULL, by_id uuid, scan text, scanned_at timestamptz, units jsonb,
	PRIMARY KEY (agency_id, run_id, id)
);
CREATE UNIQUE INDEX {{p}}batch_entries_once ON {{p}}batch_entries (agency_id, batch_id, service_date, client_id, again) WHERE reversal_id IS NULL;
CREATE UNIQUE INDEX {{p}}batch_entries_scan ON {{p}}batch_entries (agency_id, scan) WHERE scan IS NOT NULL;
CREATE INDEX {{p}}batch_entries_client ON {{p}}batch_entries (agency_id, client_id, service_date, id);
-- those who wait to be posted are few
CREATE INDEX {{p}}batch_entries_waiting ON {{p}}batch_entries (agency_id, service_date) WHERE NOT posted AND reversal_id IS NULL;
-- everything else of a service is its entry's and its run's
CREATE TABLE {{p}}batch_services (
	agency_id integer NOT NULL, entry_id uuid NOT NULL, code_id uuid NOT NULL, units integer NOT NULL,
	PRIMARY KEY (agency_id, entry_id, code_id)
);

CREATE TABLE {{p}}export_runs (
	agency_id integer NOT NULL REFERENCES {{p}}agencies (number), id uuid NOT NULL, version bigint NOT NULL, funder_id uuid NOT NULL, program_id uuid,
	data jsonb NOT NULL,
	PRIMARY KEY (agency_id, id),
	FOREIGN KEY (agency_id, funder_id) REFERENCES {{p}}funders (agency_id, id),
	FOREIGN KEY (agency_id, program_id) REFERENCES {{p}}programs (agency_id, id)
);
CREATE TABLE {{p}}export_files (
	agency_id integer NOT NULL, id uuid NOT NULL, version bigint NOT NULL, run_id uuid NOT NULL, data jsonb NOT NULL,
	PRIMARY KEY (agency_id, id),
	FOREIGN KEY (agency_id, run_id) REFERENCES {{p}}export_runs (agency_id, id)
);
CREATE INDEX {{p}}export_files_run ON {{p}}export_files (agency_id, run_id, id);
CREATE TABLE {{p}}export_contents (
	agency_id integer NOT NULL, file_id uuid NOT NULL, others bytea NOT NULL, content bytea NOT NULL,
	PRIMARY KEY (agency_id, file_id),
	FOREIGN KEY (agency_id, file_id) REFERENCES {{p}}export_files (agency_id, id)
);
-- the ledger: a row of a file is about a subject, such as a client, a form or a session; payer is the funder
-- where each funder has a row of its own of a subject, such as a client's profile, and zero where they share one
CREATE TABLE {{p}}export_rows (
	agency_id integer NOT NULL, file_id uuid NOT NULL, place integer NOT NULL, run_id uuid NOT NULL, funder_id uuid NOT NULL, payer_id uuid NOT NULL,
	subject_kind text NOT NULL, subject_id uuid NOT NULL, client_id uuid, session_id uuid, worker_id uuid, program_id uuid, service_date date, state text NOT NULL,
	at timestamptz NOT NULL, print text NOT NULL, record_id text NOT NULL, amends text NOT NULL, old_file_id uuid, old_place integer, old_state text, data jsonb NOT NULL,
	PRIMARY KEY (agency_id, file_id, place),
	FOREIGN KEY (agency_id, file_id) REFERENCES {{p}}export_files (agency_id, id)
);
-- nothing is in two files at once
CREATE UNIQUE INDEX {{p}}export_rows_subject ON {{p}}export_rows (agency_id, subject_id, subject_kind, payer_id) WHERE state <> 'superseded';
CREATE INDEX {{p}}export_rows_date ON {{p}}export_rows (agency_id, funder_id, service_date, file_id, place);
CREATE INDEX {{p}}export_rows_number ON {{p}}export_rows (agency_id, record_id) WHERE record_id <> '';
CREATE INDEX {{p}}export_rows_client ON {{p}}export_rows (agency_id, client_id) WHERE subject_kind = 'form';
CREATE INDEX {{p}}export_rows_rejected ON {{p}}export_rows (agency_id, worker_id, at, file_id, place) WHERE state = 'rejected';

CREATE TABLE {{p}}events (
	agency_id integer NOT NULL, tx xid8 NOT NULL DEFAULT pg_current_xact_id(), seq bigserial, id uuid NOT NULL, at timestamptz NOT NULL, actor text NOT NULL,
	type text NOT NULL, subject text NOT NULL, version bigint NOT NULL, changes jsonb, request text NOT NULL,
	PRIMARY KEY (agency_id, tx, seq)
);
CREATE TABLE {{p}}requests (
	agency_id integer NOT NULL, actor text NOT NULL, key text NOT NULL, hash text NOT NULL, at timestamptz NOT NULL, result text NOT NULL,
	PRIMARY KEY (agency_id, actor, key)
);
CREATE INDEX {{p}}requests_at ON {{p}}requests (agency_id, at);

CREATE TABLE {{p}}tokens (
	agency_id integer NOT NULL, id uuid NOT NULL, version bigint NOT NULL, staff_id uuid NOT NULL, data jsonb NOT NULL,
	PRIMARY KEY (agency_id, id),
	FOREIGN KEY (agency_id, staff_id) REFERENCES {{p}}staff (agency_id, id)
);
CREATE INDEX {{p}}tokens_staff ON {{p}}tokens (agency_id, staff_id, id);
-- what opens a token is found by its hash alone, before the agency is known. The hash of 32 random bytes is unique
-- without a key, which would keep the table from being spread by agency
CREATE TABLE {{p}}token_keys (
	agency_id integer NOT NULL, token_id uuid NOT NULL, hash bytea NOT NULL, staff_id uuid NOT NULL, ends timestamptz NOT NULL,
	revoked boolean NOT NULL, used timestamptz, PRIMARY KEY (agency_id, token_id),
	FOREIGN KEY (agency_id, token_id) REFERENCES {{p}}tokens (agency_id, id),
	FOREIGN KEY (agency_id, staff_id) REFERENCES {{p}}staff (agency_id, id)
);
CREATE INDEX {{p}}token_keys_hash ON {{p}}token_keys (hash);
-- one row, which is written to see whether changes are taken
CREATE TABLE {{p}}ready (id integer PRIMARY KEY, at timestamptz NOT NULL);
