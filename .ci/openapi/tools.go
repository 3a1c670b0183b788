// Package openapichecks has no code: its module pins the generators that run makes
// clients with.
package openapichecks
