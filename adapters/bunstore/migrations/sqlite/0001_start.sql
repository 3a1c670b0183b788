-- +goose Up
-- identifiers are 16 bytes, instants microseconds since 1970 (SQLite); an agency goes by its number
CREATE TABLE {{p}}agencies (
	number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, version INTEGER NOT NULL, lists INTEGER NOT NULL, data TEXT NOT NULL
);
CREATE TABLE {{p}}counters (
	agency_id INTEGER NOT NULL REFERENCES {{p}}agencies (number), name TEXT NOT NULL, value INTEGER NOT NULL,
	PRIMARY KEY (agency_id, name)
) WITHOUT ROWID;
CREATE TABLE {{p}}sites (
	agency_id INTEGER NOT NULL REFERENCES {{p}}agencies (number), id BLOB NOT NULL, version INTEGER NOT NULL, sort TEXT NOT NULL,
	data TEXT NOT NULL, PRIMARY KEY (agency_id, id)
) WITHOUT ROWID;
CREATE TABLE {{p}}programs (
	agency_id INTEGER NOT NULL REFERENCES {{p}}agencies (number), id BLOB NOT NULL, version INTEGER NOT NULL, sort TEXT NOT NULL,
	data TEXT NOT NULL, PRIMARY KEY (agency_id, id)
) WITHOUT ROWID;
CREATE TABLE {{p}}funders (
	agency_id INTEGER NOT NULL REFERENCES {{p}}agencies (number), id BLOB NOT NULL, version INTEGER NOT NULL, sort TEXT NOT NULL,
	data TEXT NOT NULL, PRIMARY KEY (agency_id, id)
) WITHOUT ROWID;
CREATE TABLE {{p}}contacts (
	agency_id INTEGER NOT NULL REFERENCES {{p}}agencies (number), id BLOB NOT NULL, version INTEGER NOT NULL, sort TEXT NOT NULL,
	data TEXT NOT NULL, PRIMARY KEY (agency_id, id)
) WITHOUT ROWID;
CREATE TABLE {{p}}statements (
	agency_id INTEGER NOT NULL REFERENCES {{p}}agencies (number), id BLOB NOT NULL, version INTEGER NOT NULL, sort TEXT NOT NULL,
	data TEXT NOT NULL, PRIMARY KEY (agency_id, id)
) WITHOUT ROWID;
CREATE TABLE {{p}}service_groups (
	agency_id INTEGER NOT NULL REFERENCES {{p}}agencies (number), id BLOB NOT NULL, version INTEGER NOT NULL, sort TEXT NOT NULL,
	data TEXT NOT NULL, PRIMARY KEY (agency_id, id)
) WITHOUT ROWID;
CREATE TABLE {{p}}saved_reports (
	agency_id INTEGER NOT NULL REFERENCES {{p}}agencies (number), id BLOB NOT NULL, version INTEGER NOT NULL, sort TEXT NOT NULL,
	data TEXT NOT NULL, PRIMARY KEY (agency_id, id)
) WITHOUT ROWID;
CREATE TABLE {{p}}service_codes (
	agency_id INTEGER NOT NULL REFERENCES {{p}}agencies (number), id BLOB NOT NULL, version INTEGER NOT NULL, sort TEXT NOT NULL,
	data TEXT NOT NULL, PRIMARY KEY (agency_id, id)
) WITHOUT ROWID;
-- who may not act any more is asked with each request
CREATE TABLE {{p}}staff (
	agency_id INTEGER NOT NULL REFERENCES {{p}}agencies (number), id BLOB NOT NULL, version INTEGER NOT NULL, sort TEXT NOT NULL,
	user_key TEXT NOT NULL, deactivated BOOLEAN NOT NULL, data TEXT NOT NULL, PRIMARY KEY (agency_id, id), UNIQUE (agency_id, user_key)
) WITHOUT ROWID;
CREATE TABLE {{p}}staff_programs (
	agency_id INTEGER NOT NULL, staff_id BLOB NOT NULL, program_id BLOB NOT NULL,
	PRIMARY KEY (agency_id, staff_id, program_id),
	FOREIGN KEY (agency_id, staff_id) REFERENCES {{p}}staff (agency_id, id),
	FOREIGN KEY (agency_id, program_id) REFERENCES {{p}}programs (agency_id, id)
) WITHOUT ROWID;

CREATE TABLE {{p}}clients (
	agency_id INTEGER NOT NULL REFERENCES {{p}}agencies (number), id BLOB NOT NULL, version INTEGER NOT NULL, number INTEGER NOT NULL,
	kind TEXT NOT NULL, sort TEXT NOT NULL, name TEXT NOT NULL, preferred TEXT NOT NULL, birth_date TEXT, gender TEXT NOT NULL,
	family_code TEXT NOT NULL, email TEXT NOT NULL, postal_code TEXT NOT NULL, immigration_class TEXT NOT NULL,
	country TEXT NOT NULL, withdrawn BOOLEAN NOT NULL, data TEXT NOT NULL,
	PRIMARY KEY (agency_id, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX {{p}}clients_number ON {{p}}clients (agency_id, number);
CREATE INDEX {{p}}clients_sort ON {{p}}clients (agency_id, kind, sort, id);
CREATE INDEX {{p}}clients_birth ON {{p}}clients (agency_id, birth_date);
CREATE INDEX {{p}}clients_family ON {{p}}clients (agency_id, family_code) WHERE family_code <> '';
CREATE INDEX {{p}}clients_email ON {{p}}clients (agency_id, email) WHERE email <> '';
CREATE INDEX {{p}}clients_postal ON {{p}}clients (agency_id, postal_code) WHERE postal_code <> '';
-- kind n: a folded word of a name, with all words of the person in names (or * where they are too long); p: the digits of a phone, or their last seven; b: the birth date
CREATE TABLE {{p}}client_words (
	agency_id INTEGER NOT NULL, kind TEXT NOT NULL, word TEXT NOT NULL, sort TEXT NOT NULL, client_id BLOB NOT NULL, names TEXT NOT NULL,
	PRIMARY KEY (agency_id, kind, word, sort, client_id),
	FOREIGN KEY (agency_id, client_id) REFERENCES {{p}}clients (agency_id, id)
) WITHOUT ROWID;
CREATE INDEX {{p}}client_words_client ON {{p}}client_words (agency_id, client_id, kind, word);
CREATE TABLE {{p}}client_identifiers (
	agency_id INTEGER NOT NULL, value TEXT NOT NULL, kind TEXT NOT NULL, client_id BLOB NOT NULL,
	PRIMARY KEY (agency_id, value, kind),
	FOREIGN KEY (agency_id, client_id) REFERENCES {{p}}clients (agency_id, id)
) WITHOUT ROWID;
CREATE INDEX {{p}}client_identifiers_client ON {{p}}client_identifiers (agency_id, client_id);

CREATE TABLE {{p}}client_versions (
	agency_id INTEGER NOT NULL, client_id BLOB NOT NULL, version INTEGER NOT NULL, until INTEGER NOT NULL, by_id BLOB, data TEXT NOT NULL,
	PRIMARY KEY (agency_id, client_id, version),
	FOREIGN KEY (agency_id, client_id) REFERENCES {{p}}clients (agency_id, id)
) WITHOUT ROWID;
CREATE TABLE {{p}}plans (
	agency_id INTEGER NOT NULL, id BLOB NOT NULL, version INTEGER NOT NULL, client_id BLOB NOT NULL, data TEXT NOT NULL,
	PRIMARY KEY (agency_id, id),
	FOREIGN KEY (agency_id, client_id) REFERENCES {{p}}clients (agency_id, id)
) WITHOUT ROWID;
CREATE INDEX {{p}}plans_client ON {{p}}plans (agency_id, client_id, id);
CREATE TABLE {{p}}reference_lists (
	agency_id INTEGER NOT NULL, id BLOB NOT NULL, version INTEGER NOT NULL, sort TEXT NOT NULL, data TEXT NOT NULL,
	PRIMARY KEY (agency_id, id), UNIQUE (agency_id, sort),
	FOREIGN KEY (agency_id) REFERENCES {{p}}agencies (number)
) WITHOUT ROWID;
CREATE TABLE {{p}}outlet_activities (
	agency_id INTEGER NOT NULL, id BLOB NOT NULL, version INTEGER NOT NULL, sort TEXT NOT NULL, site_id BLOB NOT NULL, program_id BLOB NOT NULL,
	data TEXT NOT NULL,
	PRIMARY KEY (agency_id, id),
	FOREIGN KEY (agency_id, site_id) REFERENCES {{p}}sites (agency_id, id),
	FOREIGN KEY (agency_id, program_id) REFERENCES {{p}}programs (agency_id, id)
) WITHOUT ROWID;
CREATE INDEX {{p}}outlet_activities_sort ON {{p}}outlet_activities (agency_id, sort, id);
CREATE TABLE {{p}}case_files (
	agency_id INTEGER NOT NULL, id BLOB NOT NULL, version INTEGER NOT NULL, sort TEXT NOT NULL, case_id TEXT NOT NULL, activity_id BLOB NOT NULL,
	program_id BLOB NOT NULL, status TEXT NOT NULL, data TEXT NOT NULL,
	PRIMARY KEY (agency_id, id), UNIQUE (agency_id, case_id),
	FOREIGN KEY (agency_id, activity_id) REFERENCES {{p}}outlet_activities (agency_id, id),
	FOREIGN KEY (agency_id, program_id) REFERENCES {{p}}programs (agency_id, id)
) WITHOUT ROWID;
CREATE INDEX {{p}}case_files_sort ON {{p}}case_files (agency_id, sort, id);
-- who is in which case, for the search by a client's name
CREATE TABLE {{p}}case_clients (
	agency_id INTEGER NOT NULL, client_id BLOB NOT NULL, case_file_id BLOB NOT NULL,
	PRIMARY KEY (agency_id, client_id, case_file_id),
	FOREIGN KEY (agency_id, client_id) REFERENCES {{p}}clients (agency_id, id),
	FOREIGN KEY (agency_id, case_file_id) REFERENCES {{p}}case_files (agency_id, id)
) WITHOUT ROWID;
CREATE INDEX {{p}}case_clients_case ON {{p}}case_clients (agency_id, case_file_id);
CREATE INDEX {{p}}case_files_program ON {{p}}case_files (agency_id, program_id);
CREATE TABLE {{p}}case_sessions (
	agency_id INTEGER NOT NULL, id BLOB NOT NULL, version INTEGER NOT NULL, case_file_id BLOB NOT NULL, session_id TEXT NOT NULL, session_date TEXT NOT NULL, removed BOOLEAN NOT NULL, data TEXT NOT NULL,
	PRIMARY KEY (agency_id, id), UNIQUE (agency_id, case_file_id, session_id),
	FOREIGN KEY (agency_id, case_file_id) REFERENCES {{p}}case_files (agency_id, id)
) WITHOUT ROWID;
CREATE INDEX {{p}}case_sessions_case ON {{p}}case_sessions (agency_id, case_file_id, session_date, id);
CREATE INDEX {{p}}case_sessions_date ON {{p}}case_sessions (agency_id, session_date, case_file_id, id) WHERE NOT removed;
-- who is in which session of a case that was not removed
CREATE TABLE {{p}}case_participants (
	agency_id INTEGER NOT NULL, case_file_id BLOB NOT NULL, client_id BLOB NOT NULL, case_session_id BLOB NOT NULL, support BOOLEAN NOT NULL,
	PRIMARY KEY (agency_id, case_file_id, client_id, case_session_id),
	FOREIGN KEY (agency_id, client_id) REFERENCES {{p}}clients (agency_id, id),
	FOREIGN KEY (agency_id, case_session_id) REFERENCES {{p}}case_sessions (agency_id, id)
) WITHOUT ROWID;
CREATE INDEX {{p}}case_participants_session ON {{p}}case_participants (agency_id, case_session_id);
-- assessments of sessions that were not removed; without a client the community's
CREATE TABLE {{p}}case_scores (
	agency_id INTEGER NOT NULL, case_file_id BLOB NOT NULL, case_session_id BLOB NOT NULL, n INTEGER NOT NULL, client_id BLOB, session_date TEXT NOT NULL,
	type TEXT NOT NULL, phase TEXT NOT NULL, scores TEXT NOT NULL,
	PRIMARY KEY (agency_id, case_file_id, case_session_id, n),
	FOREIGN KEY (agency_id, client_id) REFERENCES {{p}}clients (agency_id, id),
	FOREIGN KEY (agency_id, case_session_id) REFERENCES {{p}}case_sessions (agency_id, id)
) WITHOUT ROWID;
CREATE INDEX {{p}}case_scores_client ON {{p}}case_scores (agency_id, client_id) WHERE client_id IS NOT NULL;
CREATE INDEX {{p}}case_scores_session ON {{p}}case_scores (agency_id, case_session_id);
-- what the funder of case files wants to know of a client, whose id it has
CREATE TABLE {{p}}case_people (
	agency_id INTEGER NOT NULL, id BLOB NOT NULL, version INTEGER NOT NULL, reporting_id TEXT NOT NULL, data TEXT NOT NULL,
	PRIMARY KEY (agency_id, id), UNIQUE (agency_id, reporting_id),
	FOREIGN KEY (agency_id, id) REFERENCES {{p}}clients (agency_id, id)
) WITHOUT ROWID;
CREATE TABLE {{p}}enrollments (
	agency_id INTEGER NOT NULL, id BLOB NOT NULL, version INTEGER NOT NULL, client_id BLOB NOT NULL, program_id BLOB NOT NULL,
	start_date TEXT NOT NULL, exit_date TEXT, removed BOOLEAN NOT NULL, data TEXT NOT NULL,
	PRIMARY KEY (agency_id, id),
	FOREIGN KEY (agency_id, client_id) REFERENCES {{p}}clients (agency_id, id),
	FOREIGN KEY (agency_id, program_id) REFERENCES {{p}}programs (agency_id, id)
) WITHOUT ROWID;
CREATE INDEX {{p}}enrollments_client ON {{p}}enrollments (agency_id, client_id, program_id, start_date, exit_date, removed);
CREATE INDEX {{p}}enrollments_program ON {{p}}enrollments (agency_id, program_id, start_date, exit_date) WHERE NOT removed;
CREATE TABLE {{p}}bars (
	agency_id INTEGER NOT NULL, id BLOB NOT NULL, version INTEGER NOT NULL, client_id BLOB NOT NULL, program_id BLOB, facility_id BLOB,
	start_date TEXT NOT NULL, end_date TEXT, lifted_on TEXT, data TEXT NOT NULL,
	PRIMARY KEY (agency_id, id),
	FOREIGN KEY (agency_id, client_id) REFERENCES {{p}}clients (agency_id, id),
	FOREIGN KEY (agency_id, program_id) REFERENCES {{p}}programs (agency_id, id),
	FOREIGN KEY (agency_id, facility_id) REFERENCES {{p}}sites (agency_id, id)
) WITHOUT ROWID;
CREATE INDEX {{p}}bars_client ON {{p}}bars (agency_id, client_id, start_date);
-- those without both are from the whole agency
CREATE INDEX {{p}}bars_place ON {{p}}bars (agency_id, program_id, facility_id);
CREATE TABLE {{p}}cards (
	agency_id INTEGER NOT NULL, id BLOB NOT NULL, version INTEGER NOT NULL, client_id BLOB NOT NULL, value TEXT NOT NULL, data TEXT NOT NULL,
	PRIMARY KEY (agency_id, id),
	UNIQUE (agency_id, value),
	FOREIGN KEY (agency_id, client_id) REFERENCES {{p}}clients (agency_id, id)
) WITHOUT ROWID;
CREATE INDEX {{p}}cards_client ON {{p}}cards (agency_id, client_id, id);

-- the fields of objects in answers, own and data, which have the values: 12["post",true] is an object of shape 12
CREATE TABLE {{p}}shapes (id INTEGER PRIMARY KEY, fields TEXT NOT NULL UNIQUE);
-- what is a column is not in data
CREATE TABLE {{p}}sessions (
	agency_id INTEGER NOT NULL, id BLOB NOT NULL, version INTEGER NOT NULL, worker_id BLOB NOT NULL, type TEXT NOT NULL,
	service_date TEXT NOT NULL, site_id BLOB NOT NULL, complete BOOLEAN NOT NULL, forms INTEGER NOT NULL, created INTEGER NOT NULL, removal TEXT, data TEXT NOT NULL,
	PRIMARY KEY (agency_id, id),
	FOREIGN KEY (agency_id, worker_id) REFERENCES {{p}}staff (agency_id, id),
	FOREIGN KEY (agency_id, site_id) REFERENCES {{p}}sites (agency_id, id)
) WITHOUT ROWID;
CREATE INDEX {{p}}sessions_date ON {{p}}sessions (agency_id, service_date, id);
CREATE INDEX {{p}}sessions_worker ON {{p}}sessions (agency_id, worker_id, service_date, id);
-- the list of incomplete sessions reads no session besides: they are few, and the columns behind the id cost little
CREATE INDEX {{p}}sessions_open ON {{p}}sessions (agency_id, worker_id, service_date, id, version, type, complete) WHERE NOT complete;
CREATE INDEX {{p}}sessions_open_date ON {{p}}sessions (agency_id, service_date, id) WHERE NOT complete;
CREATE TABLE {{p}}session_funders (
	agency_id INTEGER NOT NULL, session_id BLOB NOT NULL, funder_id BLOB NOT NULL,
	PRIMARY KEY (agency_id, session_id, funder_id),
	FOREIGN KEY (agency_id, session_id) REFERENCES {{p}}sessions (agency_id, id),
	FOREIGN KEY (agency_id, funder_id) REFERENCES {{p}}funders (agency_id, id)
) WITHOUT ROWID;
CREATE TABLE {{p}}session_clients (
	agency_id INTEGER NOT NULL, session_id BLOB NOT NULL, client_id BLOB NOT NULL, kind TEXT NOT NULL, added INTEGER NOT NULL,
	removal TEXT,
	PRIMARY KEY (agency_id, session_id, client_id),
	FOREIGN KEY (agency_id, session_id) REFERENCES {{p}}sessions (agency_id, id),
	FOREIGN KEY (agency_id, client_id) REFERENCES {{p}}clients (agency_id, id)
) WITHOUT ROWID;
CREATE INDEX {{p}}session_clients_client ON {{p}}session_clients (agency_id, client_id, session_id);
-- the forms of a session are beside each other; who completed one is named where it is not its worker
CREATE TABLE {{p}}session_forms (
	agency_id INTEGER NOT NULL, session_id BLOB NOT NULL, id BLOB NOT NULL, version INTEGER NOT NULL, client_id BLOB,
	kind TEXT NOT NULL, definition INTEGER NOT NULL, worker_id BLOB NOT NULL, program_id BLOB, funder_id BLOB,
	private BOOLEAN NOT NULL, created INTEGER NOT NULL, completed INTEGER, completed_by BLOB, removal TEXT, missing TEXT, answers TEXT, own TEXT,
	PRIMARY KEY (agency_id, session_id, id),
	FOREIGN KEY (agency_id, session_id) REFERENCES {{p}}sessions (agency_id, id),
	FOREIGN KEY (agency_id, session_id, client_id) REFERENCES {{p}}session_clients (agency_id, session_id, client_id),
	FOREIGN KEY (agency_id, program_id) REFERENCES {{p}}programs (agency_id, id),
	FOREIGN KEY (agency_id, funder_id) REFERENCES {{p}}funders (agency_id, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX {{p}}session_forms_id ON {{p}}session_forms (agency_id, id);
CREATE TABLE {{p}}session_documents (
	agency_id INTEGER NOT NULL, session_id BLOB NOT NULL, id BLOB NOT NULL, data TEXT NOT NULL, content BLOB NOT NULL,
	PRIMARY KEY (agency_id, session_id, id),
	FOREIGN KEY (agency_id, session_id) REFERENCES {{p}}sessions (agency_id, id)
);
-- what reports count: the forms of complete sessions, by day, so that a period is read in one go. They are written
-- from rows that the same unit of work holds, and have no foreign keys; a form of the session itself has client zero
CREATE TABLE {{p}}facts (
	agency_id INTEGER NOT NULL, service_date TEXT NOT NULL, session_id BLOB NOT NULL, client_id BLOB NOT NULL, form_id BLOB NOT NULL,
	kind TEXT NOT NULL, private BOOLEAN NOT NULL, anonymous BOOLEAN NOT NULL, people INTEGER NOT NULL, worker_id BLOB NOT NULL, program_id BLOB, funder_id BLOB,
	site_id BLOB NOT NULL, session_type TEXT NOT NULL, minutes INTEGER NOT NULL,
	PRIMARY KEY (agency_id, service_date, session_id, client_id, form_id)
) WITHOUT ROWID;
-- the answers that reports count
CREATE TABLE {{p}}fact_values (
	agency_id INTEGER NOT NULL, form_id BLOB NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL,
	PRIMARY KEY (agency_id, form_id, field, value)
) WITHOUT ROWID;

CREATE TABLE {{p}}batches (
	agency_id INTEGER NOT NULL, id BLOB NOT NULL, version INTEGER NOT NULL, sort TEXT NOT NULL, program_id BLOB NOT NULL, data TEXT NOT NULL,
	PRIMARY KEY (agency_id, id),
	FOREIGN KEY (agency_id, program_id) REFERENCES {{p}}programs (agency_id, id)
) WITHOUT ROWID;
CREATE TABLE {{p}}batch_runs (
	agency_id INTEGER NOT NULL, id BLOB NOT NULL, version INTEGER NOT NULL, batch_id BLOB NOT NULL, program_id BLOB NOT NULL,
	location_id BLOB, provider_id BLOB NOT NULL, service_date TEXT NOT NULL, data TEXT NOT NULL,
	PRIMARY KEY (agency_id, id),
	FOREIGN KEY (agency_id, batch_id) REFERENCES {{p}}batches (agency_id, id)
) WITHOUT ROWID;
CREATE INDEX {{p}}batch_runs_date ON {{p}}batch_runs (agency_id, service_date, id);
CREATE INDEX {{p}}batch_runs_batch ON {{p}}batch_runs (agency_id, batch_id, service_date, id);
CREATE TABLE {{p}}batch_reversals (
	agency_id INTEGER NOT NULL, run_id BLOB NOT NULL, id BLOB NOT NULL, data TEXT NOT NULL,
	PRIMARY KEY (agency_id, run_id, id),
	FOREIGN KEY (agency_id, run_id) REFERENCES {{p}}batch_runs (agency_id, id)
) WITHOUT ROWID;
-- again counts the explicit "once more"; a reversed entry gives its place free.
-- units are those of services that the client is given more or less often than the run says.
-- Entries and services have no foreign keys: they are written from rows that
-- the same unit of work has read and holds, by the thousand, and a check row by
-- row takes longer than all the rest
CREATE TABLE {{p}}batch_entries (
	agency_id INTEGER NOT NULL, run_id BLOB NOT NULL, id BLOB NOT NULL, batch_id BLOB NOT NULL, client_id BLOB NOT NULL,
	enrollment_id BLOB, service_date TEXT NOT NULL, again INTEGER NOT NULL, posted BOOLEAN NOT NULL, reversal_id BLOB,
	added INTEGER NOT NULL, by_id BLOB, scan TEXT, scanned_at INTEGER, units TEXT,
	PRIMARY KEY (agency_id, run_id, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX {{p}}batch_entries_once ON {{p}}batch_entries (agency_id, batch_id, service_date, client_id, again) WHERE reversal_id IS NULL;
CREATE UNIQUE INDEX {{p}}batch_entries_scan ON {{p}}batch_entries (agency_id, scan) WHERE scan IS NOT NULL;
CREATE INDEX {{p}}batch_entries_client ON {{p}}batch_entries (agency_id, client_id, service_date, id);
-- those who wait to be posted are few
CREATE INDEX {{p}}batch_entries_waiting ON {{p}}batch_entries (agency_id, service_date) WHERE NOT posted AND reversal_id IS NULL;
-- everything else of a service is its entry's and its run's
CREATE TABLE {{p}}batch_services (
	agency_id INTEGER NOT NULL, entry_id BLOB NOT NULL, code_id BLOB NOT NULL, units INTEGER NOT NULL,
	PRIMARY KEY (agency_id, entry_id, code_id)
) WITHOUT ROWID;

CREATE TABLE {{p}}export_runs (
	agency_id INTEGER NOT NULL REFERENCES {{p}}agencies (number), id BLOB NOT NULL, version INTEGER NOT NULL, funder_id BLOB NOT NULL, program_id BLOB,
	data TEXT NOT NULL,
	PRIMARY KEY (agency_id, id),
	FOREIGN KEY (agency_id, funder_id) REFERENCES {{p}}funders (agency_id, id),
	FOREIGN KEY (agency_id, program_id) REFERENCES {{p}}programs (agency_id, id)
) WITHOUT ROWID;
CREATE TABLE {{p}}export_files (
	agency_id INTEGER NOT NULL, id BLOB NOT NULL, version INTEGER NOT NULL, run_id BLOB NOT NULL, data TEXT NOT NULL,
	PRIMARY KEY (agency_id, id),
	FOREIGN KEY (agency_id, run_id) REFERENCES {{p}}export_runs (agency_id, id)
) WITHOUT ROWID;
CREATE INDEX {{p}}export_files_run ON {{p}}export_files (agency_id, run_id, id);
CREATE TABLE {{p}}export_contents (
	agency_id INTEGER NOT NULL, file_id BLOB NOT NULL, others BLOB NOT NULL, content BLOB NOT NULL,
	PRIMARY KEY (agency_id, file_id),
	FOREIGN KEY (agency_id, file_id) REFERENCES {{p}}export_files (agency_id, id)
);
-- the ledger: a row of a file is about a subject, such as a client, a form or a session; payer is the funder
-- where each funder has a row of its own of a subject, such as a client's profile, and zero where they share one
CREATE TABLE {{p}}export_rows (
	agency_id INTEGER NOT NULL, file_id BLOB NOT NULL, place INTEGER NOT NULL, run_id BLOB NOT NULL, funder_id BLOB NOT NULL, payer_id BLOB NOT NULL,
	subject_kind TEXT NOT NULL, subject_id BLOB NOT NULL, client_id BLOB, session_id BLOB, worker_id BLOB, program_id BLOB, service_date TEXT, state TEXT NOT NULL,
	at INTEGER NOT NULL, print TEXT NOT NULL, record_id TEXT NOT NULL, amends TEXT NOT NULL, old_file_id BLOB, old_place INTEGER, old_state TEXT, data TEXT NOT NULL,
	PRIMARY KEY (agency_id, file_id, place),
	FOREIGN KEY (agency_id, file_id) REFERENCES {{p}}export_files (agency_id, id)
) WITHOUT ROWID;
-- nothing is in two files at once
CREATE UNIQUE INDEX {{p}}export_rows_subject ON {{p}}export_rows (agency_id, subject_id, subject_kind, payer_id) WHERE state <> 'superseded';
CREATE INDEX {{p}}export_rows_date ON {{p}}export_rows (agency_id, funder_id, service_date, file_id, place);
CREATE INDEX {{p}}export_rows_number ON {{p}}export_rows (agency_id, record_id) WHERE record_id <> '';
CREATE INDEX {{p}}export_rows_client ON {{p}}export_rows (agency_id, client_id) WHERE subject_kind = 'form';
CREATE INDEX {{p}}export_rows_rejected ON {{p}}export_rows (agency_id, worker_id, at, file_id, place) WHERE state = 'rejected';

CREATE TABLE {{p}}events (
	agency_id INTEGER NOT NULL, seq INTEGER NOT NULL, id BLOB NOT NULL, at INTEGER NOT NULL, actor TEXT NOT NULL,
	type TEXT NOT NULL, subject TEXT NOT NULL, version INTEGER NOT NULL, changes TEXT, request TEXT NOT NULL,
	PRIMARY KEY (agency_id, seq)
) WITHOUT ROWID;
CREATE TABLE {{p}}requests (
	agency_id INTEGER NOT NULL, actor TEXT NOT NULL, key TEXT NOT NULL, hash TEXT NOT NULL, at INTEGER NOT NULL, result TEXT NOT NULL,
	PRIMARY KEY (agency_id, actor, key)
) WITHOUT ROWID;
CREATE INDEX {{p}}requests_at ON {{p}}requests (agency_id, at);

CREATE TABLE {{p}}tokens (
	agency_id INTEGER NOT NULL, id BLOB NOT NULL, version INTEGER NOT NULL, staff_id BLOB NOT NULL, data TEXT NOT NULL,
	PRIMARY KEY (agency_id, id),
	FOREIGN KEY (agency_id, staff_id) REFERENCES {{p}}staff (agency_id, id)
) WITHOUT ROWID;
CREATE INDEX {{p}}tokens_staff ON {{p}}tokens (agency_id, staff_id, id);
-- what opens a token is found by its hash alone, before the agency is known
CREATE TABLE {{p}}token_keys (
	hash BLOB NOT NULL PRIMARY KEY, agency_id INTEGER NOT NULL, token_id BLOB NOT NULL, staff_id BLOB NOT NULL, ends INTEGER NOT NULL,
	revoked BOOLEAN NOT NULL, used INTEGER, UNIQUE (agency_id, token_id),
	FOREIGN KEY (agency_id, token_id) REFERENCES {{p}}tokens (agency_id, id),
	FOREIGN KEY (agency_id, staff_id) REFERENCES {{p}}staff (agency_id, id)
) WITHOUT ROWID;
-- one row, which is written to see whether there is room for more
CREATE TABLE {{p}}ready (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, filler BLOB NOT NULL);
