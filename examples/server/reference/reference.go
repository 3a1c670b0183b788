// Package reference is the page that shows the API's reference, drawn in the browser by
// Scalar from the OpenAPI document beside it. It asks nothing of other machines.
package reference

import (
	"compress/gzip"
	"embed"
	"io"
	"net/http"
	"strings"
)

//go:embed scalar.js.gz index.html
var files embed.FS

// policy lets the page load what is beside it, and send nothing elsewhere.
const policy = "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Page is the page itself, for the path in which openapi.json is, such as /api/.
func Page(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Security-Policy", policy)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	send(w, "index.html")
}

// Script is scalar.js beside the page.
func Script(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=86400")
	w.Header().Set("Vary", "Accept-Encoding")
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		w.Header().Set("Content-Encoding", "gzip")
		send(w, "scalar.js.gz")
		return
	}
	f, err := files.Open("scalar.js.gz")
	if err != nil {
		panic(err) // it is embedded
	}
	defer f.Close()
	plain, err := gzip.NewReader(f)
	if err != nil {
		panic(err)
	}
	_, _ = io.Copy(w, plain)
}

func send(w io.Writer, name string) {
	raw, err := files.ReadFile(name)
	if err != nil {
		panic(err) // it is embedded
	}
	_, _ = w.Write(raw)
}
