package httpapi

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/access"
	"github.com/opencasework/casework/casemgmt/fault"
	"github.com/opencasework/casework/casemgmt/i18n"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/export"
)

const (
	workbookType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	bytesType    = "application/octet-stream"
)

type (
	exportList struct {
		Program casemgmt.ProgramID `json:"program,omitzero"`
		casemgmt.PageRequest
	}
	rowList struct {
		ID    export.RunID        `json:"id"`
		State session.ExportState `json:"state,omitempty"`
		casemgmt.PageRequest
	}
	fileKey struct {
		Run export.RunID  `json:"run"`
		ID  export.FileID `json:"id"`
	}
)

// exportRoutes are the funder's files: the check, the runs, and what became of
// their records.
func exportRoutes(e *export.Service) []route {
	if e == nil {
		return nil
	}
	return []route{
		op("GET /export-check", "checkExport", "What a run would send, and each problem by worker (XPT-02, XPT-06)", e.Check),
		checkTable(e),
		op("POST /exports", "makeExport", "Write the good records of a period into the funder's files (XPT-01)", e.Make),
		op("GET /exports", "listExports", "The runs, the latest first (XPT-12)", func(ctx context.Context, in exportList) (casemgmt.Page[export.Run], error) {
			return e.Runs(ctx, in.Program, in.PageRequest)
		}),
		op("GET /exports/{id}", "getExport", "A run with its files and the states of their records", func(ctx context.Context, in of[export.Run]) (*export.Run, error) {
			return e.Run(ctx, in.ID)
		}),
		op("GET /exports/{id}/rows", "listExportRows", "The ledger of a run: its records, of one state or all", func(ctx context.Context, in rowList) (casemgmt.Page[*export.Row], error) {
			return e.Rows(ctx, in.ID, in.State, in.PageRequest)
		}),
		getExportFile(e),
		fillExportFile(e),
		op("POST /exports/{run}/files/{id}/sending", "sendExportFile", "Say that a file was given to the funder: its records are pending (XPT-07)", e.MarkSent),
		op("POST /exports/{run}/files/{id}/discarding", "discardExportFile", "Give up a file that was not sent", e.Discard),
		answerExportFile(e),
		op("POST /exports/{run}/files/{id}/acceptance", "acceptExportFile", "Say that the funder accepted all records that were not rejected", e.Accept),
		op("PUT /exports/{run}/files/{id}/rows/{row}", "numberExportRow", "Keep the number that the funder gave a record (XPT-10)", e.SetRecord),
		op("GET /rejections", "listMyRejections", "My records that the funder rejected, with its messages (XPT-08)", e.MyRejections),
		op("GET /clients/{id}/exports", "listClientExports", "What has become of a client's profile at the funders, with their messages (XPT-08)", func(ctx context.Context, in of[casemgmt.Client]) (items[*export.Row], error) {
			list, err := e.OfClient(ctx, in.ID)
			return items[*export.Row]{list}, err
		}),
		op("GET /sessions/{id}/export-check", "checkSessionExport", "What the funder would refuse of a session, complete or not (CMP-06)", func(ctx context.Context, in of[session.Session]) (*export.SessionReport, error) {
			return e.CheckSession(ctx, in.ID)
		}),
	}
}

// download answers with a file.
func download(w http.ResponseWriter, name, media string, content []byte) {
	w.Header().Set("Content-Type", media)
	w.Header().Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(name))
	w.Header().Set("Content-Length", strconv.Itoa(len(content)))
	_, _ = w.Write(content)
}

func getExportFile(e *export.Service) route {
	r := op("GET /exports/{run}/files/{id}", "getExportFile", "Download a file as it was made", func(context.Context, fileKey) (nothing, error) { return nothing{}, nil })
	r.raw = true
	known := r
	r.handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		in, err := decode[fileKey](w, req, &known)
		if err != nil {
			problem(w, req, err)
			return
		}
		f, content, err := e.Download(req.Context(), in.Run, in.ID)
		if err != nil {
			problem(w, req, err)
			return
		}
		download(w, f.Name, workbookType, content)
	})
	return r
}

// upload is a route whose body is a file.
func upload[Out any](pattern, name, summary string, answer func(http.ResponseWriter, *http.Request, fileKey, []byte) error) route {
	r := op(pattern, name, summary, func(context.Context, fileKey) (Out, error) { var none Out; return none, nil })
	r.body, r.upload, r.status = false, true, http.StatusOK
	known := r
	r.handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		in, err := decode[fileKey](w, req, &known)
		var content []byte
		if _, ok := access.From(req.Context()); !ok && err == nil {
			err = fault.ErrUnauthenticated // before anything is read
		}
		if err == nil {
			content, err = readFile(w, req)
		}
		if err == nil {
			if key := req.Header.Get("Idempotency-Key"); key != "" {
				req = req.WithContext(casemgmt.Once(req.Context(), key))
			}
			err = answer(w, req, in, content)
		}
		if err != nil {
			problem(w, req, err)
		}
	})
	return r
}

// readFile reads a body that is a file.
func readFile(w http.ResponseWriter, req *http.Request) ([]byte, error) {
	media, _, err := mime.ParseMediaType(req.Header.Get("Content-Type"))
	if err != nil || media != workbookType && media != bytesType {
		return nil, &readError{kind: "unsupported_media_type", status: http.StatusUnsupportedMediaType}
	}
	content, err := io.ReadAll(http.MaxBytesReader(w, req.Body, export.MaxAnswer+1))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, &readError{kind: "too_large", status: http.StatusRequestEntityTooLarge}
	case err != nil:
		return nil, unreadable(nil)
	}
	return content, nil
}

func answerExportFile(e *export.Service) route {
	return upload[*export.Read]("POST /exports/{run}/files/{id}/answer", "answerExportFile",
		"Read a workbook that the funder returned: its messages go to the records and their workers (XPT-08)",
		func(w http.ResponseWriter, req *http.Request, in fileKey, content []byte) error {
			out, err := e.ReadAnswer(req.Context(), export.ReadAnswer{Run: in.Run, ID: in.ID, Content: content})
			if err == nil {
				encode(w, req, http.StatusOK, out)
			}
			return err
		})
}

func fillExportFile(e *export.Service) route {
	r := upload[nothing]("POST /exports/{run}/files/{id}/filled", "fillExportFile",
		"The file's records in a workbook that was just downloaded from the funder, which keeps all its parts (XPT-03)",
		func(w http.ResponseWriter, req *http.Request, in fileKey, content []byte) error {
			f, filled, err := e.Fill(req.Context(), in.Run, in.ID, content)
			if err == nil {
				download(w, f.Name, workbookType, filled)
			}
			return err
		})
	r.raw = true
	return r
}

// checkTable is the check as a table for spreadsheets.
func checkTable(e *export.Service) route {
	r := op("GET /export-check.csv", "checkExportTable", "The problems of a check as CSV, by worker with e-mail (XPT-06)", func(context.Context, export.Criteria) (nothing, error) { return nothing{}, nil })
	r.raw = true
	known := r
	r.handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		in, err := decode[export.Criteria](w, req, &known)
		var report *export.Report
		if err == nil {
			report, err = e.Check(req.Context(), in)
		}
		if err != nil {
			problem(w, req, err)
			return
		}
		var table bytes.Buffer
		_ = report.WriteCSV(&table, i18n.Negotiate(req.Header.Get("Accept-Language"))) // a buffer takes everything
		download(w, "check.csv", "text/csv; charset=utf-8", table.Bytes())
	})
	return r
}
