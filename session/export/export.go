// Package export brings what was recorded into a funder's files and keeps the
// ledger of what became of it (rule book, section 22): a run checks the complete
// services of a period and writes the good ones into files; each record of a
// file is then exported, pending, accepted or rejected, and what the funder says
// of it comes back to the worker. Nothing is sent twice by mistake.
//
// The files themselves are a Format's, such as those in adapters.
package export
