package export

import (
	"bytes"
	"context"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/event"
)

// Downloaded is a file with its content.
type Downloaded struct {
	File    *File
	Content []byte
}

// Download is a file as it was made. It fails with fault.ErrNotFound,
// fault.ErrForbidden, or *fault.Invalid when a client in it has withdrawn the
// consent (ANO-09); the reading is logged as an event.
func (s *Service) Download(ctx context.Context, key FileKey) (Downloaded, error) {
	return casemgmt.Read(ctx, s.work, key, download)
}

func download(ctx context.Context, u *Unit, key FileKey) (Downloaded, error) {
	if _, err := opened(ctx, u, key.Run); err != nil {
		return Downloaded{}, err
	}
	file, stored, err := u.Tx.Files().Content(ctx, key.Run, key.ID)
	if err != nil {
		return Downloaded{}, err
	}
	if err := consented(ctx, u, file); err != nil {
		return Downloaded{}, err
	}
	if err := stillOpen(ctx, u, file); err != nil {
		return Downloaded{}, err
	}
	content, err := stored.Unpack()
	if err != nil {
		return Downloaded{}, err
	}
	u.Log(event.ExportDownloaded, casemgmt.About(key.ID))
	return Downloaded{file, content}, nil
}

// Fill asks for a file's records in a file that was downloaded from the funder.
type Fill struct {
	Run     RunID  `json:"run"`
	ID      FileID `json:"id"`
	Content []byte `json:"content"` // as it was downloaded from the funder
}

// Fill is a file's records in a workbook that was just downloaded from the
// funder, all of whose parts are kept. The ledger does not change: it is the
// same file in another wrapping, with another checksum. The reading is logged as
// that of the file. It fails with fault.ErrNotFound, fault.ErrForbidden or
// *fault.Invalid, also when the funder's format is not filled in like this (XPT-04).
func (s *Service) Fill(ctx context.Context, cmd Fill) (Downloaded, error) {
	f, err := casemgmt.Read(ctx, s.work, FileKey{cmd.Run, cmd.ID}, s.formats.fillable)
	if err != nil {
		return Downloaded{}, err
	}
	var b bytes.Buffer
	if err := f.filler.Fill(&b, f.File.Kind, f.Content, cmd.Content); err != nil {
		return Downloaded{}, err
	}
	return Downloaded{f.File, b.Bytes()}, nil
}

// fillable is a file with what fills it into another one.
type fillable struct {
	Downloaded
	filler Filler
}

// fillable is a downloaded file of a format that fills in files.
func (fs formats) fillable(ctx context.Context, u *Unit, key FileKey) (fillable, error) {
	d, err := download(ctx, u, key)
	if err != nil {
		return fillable{}, err
	}
	format, err := fs.ofRun(ctx, u, key.Run)
	if err != nil {
		return fillable{}, err
	}
	filler, ok := format.(Filler)
	if !ok {
		return fillable{}, noFormat("/content")
	}
	return fillable{d, filler}, nil
}

// ofRun is the format of a run that the caller may open.
func (fs formats) ofRun(ctx context.Context, u *Unit, key RunID) (Format, error) {
	r, err := opened(ctx, u, key)
	if err != nil {
		return nil, err
	}
	return fs.of(ctx, u, r.Funder)
}
