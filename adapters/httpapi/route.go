package httpapi

import (
	"context"
	"net/http"
	"reflect"
	"strings"

	"github.com/opencasework/casework/casemgmt"
	"github.com/opencasework/casework/casemgmt/id"
	"github.com/opencasework/casework/session/export"
)

// route is one operation: what the server does and what OpenAPI says are made
// from it alike.
type route struct {
	method, path string
	name         string // operation id
	summary      string
	tag          string // domain
	status       int    // of success
	body         body
	limit        int64  // of the body, in bytes
	media        string // of the answer
	version      bool   // If-Match is required
	open         bool   // to everybody who is signed in
	reads        bool   // it changes nothing, whatever its method
	missing      bool   // not found is an answer, also without a path parameter
	in, out      reflect.Type
	line         reflect.Type // of a body of lines
	doors        *doors
	handler      http.Handler
}

// body is what a request's body is.
type body int

const (
	noBody    body = iota // what is asked comes from the path and the query
	jsonBody              // the command
	fileBody              // the command's field content
	linesBody             // lines of JSON, for as long as the caller likes
)

const (
	jsonType     = "application/json"
	linesType    = "application/x-ndjson"
	bytesType    = "application/octet-stream"
	anyType      = "*/*"
	tableType    = "text/csv; charset=utf-8"
	workbookType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

// media are the types of a body.
func (b body) media() []string {
	switch b {
	case jsonBody:
		return []string{jsonType}
	case fileBody:
		return []string{workbookType, bytesType}
	case linesBody:
		return []string{linesType}
	}
	return nil
}

// attachment is an answer that is a file.
type attachment struct {
	name, media string
	content     []byte
}

// op is a route from JSON to JSON, made from a service method; it answers 200.
// What names a version in a record's path, and every PUT of one, needs If-Match.
func op[In, Out any](pattern, name, summary string, call func(context.Context, In) (Out, error)) *route {
	r := newRoute[In, Out](pattern, name, summary)
	if r.method != http.MethodGet {
		r.body = jsonBody
		_, versioned := fieldOf(reflect.New(r.in).Elem(), "version")
		r.version = versioned && (r.method == http.MethodPut || len(r.params()) > 0)
	}
	r.handler = serve(r, answer(r, call))
	return r
}

// create is an op that makes a record of its own each time: it answers 201.
func create[In, Out any](pattern, name, summary string, call func(context.Context, In) (Out, error)) *route {
	r := op(pattern, name, summary, call)
	r.status = http.StatusCreated
	return r
}

// file is a route that answers with a file.
func file[In any](pattern, name, summary string, call func(context.Context, In) (attachment, error)) *route {
	r := newRoute[In, attachment](pattern, name, summary)
	r.media = anyType
	r.handler = serve(r, answer(r, call))
	return r
}

// upload is a route whose body is a file, the command's content. It answers with
// JSON or with another file.
func upload[In, Out any](pattern, name, summary string, call func(context.Context, In) (Out, error)) *route {
	r := newRoute[In, Out](pattern, name, summary)
	if _, ok := fieldsOf(r.in)["content"]; !ok {
		panic("httpapi: " + pattern + " has no place for a file")
	}
	r.body, r.limit = fileBody, export.MaxAnswer+1 // one byte more, for the command to say that it is too much
	r.handler = serve(r, answer(r, call))
	return r
}

// stream is a route that takes lines of JSON, each a Line, and answers each with
// a line, an Answer. An error of talk is answered as a problem: nothing must
// have been sent then.
func stream[Key, Line, Answer any](pattern, name, summary string, talk func(*visit, Key) error) *route {
	r := newRoute[Key, Answer](pattern, name, summary)
	r.body, r.media = linesBody, linesType
	r.handler = serve(r, talk)
	r.line = reflect.TypeFor[Line]()
	return r
}

// newRoute panics when a parameter of the path is none of the command's fields:
// the first start of any program shows it.
func newRoute[In, Out any](pattern, name, summary string) *route {
	method, path, _ := strings.Cut(pattern, " ")
	r := &route{method: method, path: path, name: name, summary: summary, status: http.StatusOK, limit: MaxBody,
		media: jsonType, in: reflect.TypeFor[In](), out: reflect.TypeFor[Out]()}
	for _, p := range r.params() {
		if _, ok := fieldsOf(r.in)[p]; !ok {
			panic("httpapi: " + pattern + " has a parameter that its command does not take: " + p)
		}
	}
	return r
}

// as says of which media type the file is that the route answers with.
func (r *route) as(media string) *route {
	r.media = media
	return r
}

// upTo gives the body another limit.
func (r *route) upTo(limit int64) *route {
	r.limit = limit
	return r
}

// toAll says that whoever is signed in may do it: forbidden is no answer.
func (r *route) toAll() *route {
	r.open = true
	return r
}

// orMissing says that not found is an answer though the path names no record.
func (r *route) orMissing() *route {
	r.missing = true
	return r
}

// asks says that it changes nothing, though what is asked comes in the body: what
// must not be in an address, or is too long for one. A repeated one asks again.
func (r *route) asks() *route {
	r.status, r.reads = http.StatusOK, true
	return r
}

// params are the names of the path's parameters.
func (r *route) params() []string {
	var out []string
	for part := range strings.SplitSeq(r.path, "/") {
		if strings.HasPrefix(part, "{") {
			out = append(out, strings.Trim(part, "{}"))
		}
	}
	return out
}

// once says whether a repeated request with the same key is carried out once.
func (r *route) once() bool { return r.method != http.MethodGet && r.body != linesBody && !r.reads }

// What only HTTP needs: ids from paths, with pages from queries.
type (
	nothing   struct{}
	of[T any] struct {
		ID id.Of[T] `json:"id"`
	}
	pageOf[T any] struct {
		ID id.Of[T] `json:"id"`
		casemgmt.PageRequest
	}
	// items is a whole list.
	items[T any] struct {
		Items []T `json:"items"`
	}
)

// plain makes a call of a method that asks for nothing.
func plain[Out any](call func(context.Context) (Out, error)) func(context.Context, nothing) (Out, error) {
	return func(ctx context.Context, _ nothing) (Out, error) { return call(ctx) }
}

// byID makes a call of a method that takes an id.
func byID[T, Out any](call func(context.Context, id.Of[T]) (Out, error)) func(context.Context, of[T]) (Out, error) {
	return func(ctx context.Context, in of[T]) (Out, error) { return call(ctx, in.ID) }
}

// paged makes a call of a method that takes an id and says which page is wanted.
func paged[T, Out any](call func(context.Context, id.Of[T], casemgmt.PageRequest) (Out, error)) func(context.Context, pageOf[T]) (Out, error) {
	return func(ctx context.Context, in pageOf[T]) (Out, error) { return call(ctx, in.ID, in.PageRequest) }
}

// whole makes a list of what a call answers at once.
func whole[In, T any](call func(context.Context, In) ([]T, error)) func(context.Context, In) (items[T], error) {
	return func(ctx context.Context, in In) (items[T], error) {
		list, err := call(ctx, in)
		return items[T]{list}, err
	}
}

// table are the four methods of records that are kept as a list.
type table[T any] struct {
	create, update func(context.Context, T) (*T, error)
	get            func(context.Context, id.Of[T]) (*T, error)
	list           func(context.Context, casemgmt.PageRequest) (casemgmt.Page[T], error)
}

// crud are the routes of a table that all staff read. Its list may be missing.
func crud[T any](path, one, many string, t table[T]) []*route {
	out := []*route{
		create("POST "+path, "create"+one, "Add a "+many, t.create),
		op("GET "+path+"/{id}", "get"+one, "Read a "+many, byID(t.get)).toAll(),
		op("PUT "+path+"/{id}", "update"+one, "Change a "+many, t.update),
	}
	if t.list != nil {
		out = append(out, op("GET "+path, "list"+one, "List by name: "+many, t.list).toAll())
	}
	return out
}
