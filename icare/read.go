package icare

import (
	"errors"
	"io"
)

// ReadWorkbook reads a workbook: empty, filled, or returned by iCARE. It knows the
// template by the hidden row of ids and by the title, never by the name of the
// sheet; of several sheets it reads the first one that is shown. What is wrong with the layout (R001,
// R002) are findings. It fails with ErrTemplate, *NotWorkbook, *TooLarge or the
// input's error.
func (s *Spec) ReadWorkbook(name string, r io.ReaderAt, size int64) (*File, []Finding, error) {
	l, err := s.readWorkbook(name, r, size)
	if err != nil {
		return nil, nil, err
	}
	return l.file, l.found, nil
}

// readWorkbook is ReadWorkbook, with what else the layout tells.
func (s *Spec) readWorkbook(name string, r io.ReaderAt, size int64) (*layout, error) {
	a, err := openArchive(r, size)
	if err != nil {
		return nil, err
	}
	sheets, err := a.sheets()
	if err != nil {
		return nil, err
	}
	if err := a.readStrings(); err != nil {
		return nil, err
	}
	if err := a.readStyles(); err != nil {
		return nil, err
	}
	var out *layout
	for _, part := range sheets {
		l := &layout{spec: s, name: name, sheet: part.name, probe: out != nil}
		err := a.read(part.part, func(x *xmlReader) error { return a.readSheet(x, l) })
		if err == nil {
			err = l.end()
		}
		switch {
		case errors.Is(err, ErrTemplate):
		case err != nil:
			return nil, err
		case out == nil:
			out = l
		case len(l.file.Records) > 0 && !part.hidden:
			out.say("R001", 0, "", "", "another sheet of the workbook has records of a template too, and was not read; save it as a workbook of its own",
				"une autre feuille du classeur contient aussi des enregistrements d’un modèle et n’a pas été lue; enregistrez-la dans son propre classeur")
		}
	}
	if out == nil {
		return nil, ErrTemplate
	}
	return out, nil
}
