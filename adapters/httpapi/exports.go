package httpapi

import (
	"bytes"
	"cmp"
	"context"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/session"
	"github.com/opencasework/casework/session/export"
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
)

// exportRoutes are the funder's files: the check, the runs, and what became of
// their records.
func exportRoutes(e *export.Service) []*route {
	if e == nil {
		return nil
	}
	return []*route{
		op("GET /export-check", "checkExport", "What a run would send, and each problem by worker (XPT-02, XPT-06)", e.Check),
		file("GET /export-check.csv", "checkExportTable", "The problems of a check as CSV, by worker with e-mail (XPT-06)", checkTable(e)).as(tableType),
		create("POST /exports", "makeExport", "Write the good records of a period into the funder's files (XPT-01)", e.Make),
		op("GET /exports", "listExports", "The runs, the latest first (XPT-12)", func(ctx context.Context, in exportList) (casemgmt.Page[export.Run], error) {
			return e.Runs(ctx, in.Program, in.PageRequest)
		}),
		op("GET /exports/{id}", "getExport", "A run with its files and the states of their records", byID(e.Run)),
		op("GET /exports/{id}/rows", "listExportRows", "The ledger of a run: its records, of one state or all", func(ctx context.Context, in rowList) (casemgmt.Page[*export.Row], error) {
			return e.Rows(ctx, in.ID, in.State, in.PageRequest)
		}),
		file("GET /exports/{run}/files/{id}", "getExportFile", "Download a file as it was made", fileOf(e.Download)),
		upload("POST /exports/{run}/files/{id}/filled", "fillExportFile",
			"The file's records in a workbook that was just downloaded from the funder, which keeps all its parts (XPT-03)", fileOf(e.Fill)).as(workbookType),
		op("POST /exports/{run}/files/{id}/sending", "sendExportFile", "Say that a file was given to the funder: its records are pending (XPT-07)", e.MarkSent),
		op("POST /exports/{run}/files/{id}/discarding", "discardExportFile", "Give up a file that was not sent", e.Discard),
		upload("POST /exports/{run}/files/{id}/answer", "answerExportFile",
			"Read a file that the funder returned: its messages go to the records and their workers (XPT-08)", e.ReadAnswer),
		op("POST /exports/{run}/files/{id}/acceptance", "acceptExportFile", "Say that the funder accepted all records that were not rejected", e.Accept),
		op("PUT /exports/{run}/files/{id}/rows/{row}", "numberExportRow", "Keep the number that the funder gave a record (XPT-10)", e.SetRecordID),
		op("POST /exports/{run}/files/{id}/rows/{row}/rejection", "rejectExportRow",
			"Say by hand that the funder rejected a record, and what it says: it is on its worker's list (XPT-08)", e.Reject),
		op("GET /rejections", "listMyRejections", "My records that the funder rejected, with its messages (XPT-08)", e.MyRejections),
		op("GET /clients/{id}/exports", "listClientExports", "What has become of a client's profile at the funders, with their messages (XPT-08)", whole(byID(e.OfClient))),
		op("GET /sessions/{id}/export-check", "checkSessionExport", "What the funder would refuse of a session, complete or not (CMP-06)", byID(e.CheckSession)),
	}
}

// fileOf makes an answer of a file of a run.
func fileOf[In any](call func(context.Context, In) (export.Downloaded, error)) func(context.Context, In) (attachment, error) {
	return func(ctx context.Context, in In) (attachment, error) {
		d, err := call(ctx, in)
		if err != nil {
			return attachment{}, err
		}
		return attachment{d.File.Name, cmp.Or(d.File.Media, bytesType), d.Content}, nil
	}
}

// checkTable is the check as a table for spreadsheets.
func checkTable(e *export.Service) func(context.Context, export.Criteria) (attachment, error) {
	return func(ctx context.Context, in export.Criteria) (attachment, error) {
		report, err := e.Check(ctx, in)
		if err != nil {
			return attachment{}, err
		}
		var table bytes.Buffer
		err = report.WriteCSV(&table, readerOf(ctx))
		return attachment{"check.csv", tableType, table.Bytes()}, err
	}
}
