package bunstore

import "strings"

// bucket rounds a number of arguments up, so that lists of many lengths share
// few statements.
func bucket(n int) int {
	b := 1
	for b < n {
		b *= 2
	}
	return b
}

// marks are the placeholders for n arguments that padded gives.
func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", bucket(n)), ", ") }

// padded are arguments, the last repeated to fill the bucket.
func padded[T any](keys []T) []any {
	out := make([]any, bucket(len(keys)))
	for i := range out {
		out[i] = keys[min(i, len(keys)-1)]
	}
	return out
}
