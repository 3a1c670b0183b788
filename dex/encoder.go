package dex

import (
	"errors"
)

// Encoder makes records as a file has them, for whoever keeps them before files are written.
type Encoder struct{ enc *encoder }

// NewEncoder makes an Encoder for the schema of the options.
func NewEncoder(opt WriterOptions) *Encoder {
	if opt.Schema == nil {
		opt.Schema = Current()
	}
	return &Encoder{newEncoder(opt.Schema, opt.Omit)}
}

// Append adds a record to b as a file has it. It fails with *WriteError, and b is as it was.
func (e *Encoder) Append(b []byte, r Record) ([]byte, error) {
	if noRecord(r) {
		return b, errors.New("dex: the record is nil")
	}
	if made, ok := r.(*Encoded); ok {
		return append(b, made.XML...), nil
	}
	if e.enc.plans[r.Section()] == nil {
		return b, &WriteError{Section: r.Section(), ID: r.ID(), Problem: "the schema has no such section"}
	}
	out, err := e.enc.append(b, r)
	if err != nil {
		return b, err
	}
	return out, nil
}

// Encoded is a record that an Encoder has made. A Writer and a Splitter write it as it is,
// and do not know its id.
type Encoded struct {
	Name string // of its element, such as Client
	XML  []byte
}

// Section is part of Record.
func (e *Encoded) Section() string { return e.Name }

// ID is part of Record; it is not known.
func (*Encoded) ID() string { return "" }
