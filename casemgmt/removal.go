package casemgmt

import "time"

// Removal says that a record was made by mistake and taken back. It counts nowhere, and
// stays to be read.
type Removal struct {
	At     time.Time `json:"at"`
	By     StaffID   `json:"by,omitzero"`
	Reason string    `json:"reason"`
}
