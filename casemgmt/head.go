package casemgmt

import "github.com/opencasework/casework/casemgmt/id"

// Head is what every record begins with. In JSON its fields are the record's own.
type Head[T any] struct {
	ID id.Of[T] `json:"id"`
	// Version counts the changes of the record from 1. A change names the version
	// that it is based on.
	Version int64 `json:"version"`
}

// NewHead is the head of a new record.
func NewHead[T any]() Head[T] { return Head[T]{ID: id.New[T](), Version: 1} }

// Heading is the head itself, for what handles records of all kinds.
func (h *Head[T]) Heading() *Head[T] { return h }

// Subject is the record's id as events name it.
func (h *Head[T]) Subject() string { return h.ID.String() }

// Revision is the record's version as events name it.
func (h *Head[T]) Revision() int64 { return h.Version }
