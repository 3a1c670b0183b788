package bunstore

// Trace calls fn with every query that the store reads with, for tests of query plans.
func (s *Store) Trace(fn func(q string, args []any)) { s.db.Trace = fn }

// TraceReplica calls fn with every query that the store reads its replica with.
func (s *Store) TraceReplica(fn func(q string, args []any)) { s.db.TraceReplica(fn) }

// Count calls fn with every statement of a unit of work, for tests of their number.
func (s *Store) Count(fn func(q string)) { s.db.Count = fn }
