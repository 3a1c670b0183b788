package bunstore

// Trace calls fn with every query that the store reads with, for tests of query plans.
func (s *Store) Trace(fn func(q string, args []any)) { s.trace = fn }
