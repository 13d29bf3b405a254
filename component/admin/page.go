package admin

import (
	"bytes"
	"context"
	_ "embed"
	"html/template"
	"net/http"
	"time"
)

// Page is what the daemon shows to people. All of it may come from outside: it is escaped.
type Page struct {
	Title string // what is served
	Now   time.Time
	Facts []Fact
	Table Table
}

// Fact is one thing with its name.
type Fact struct {
	Name string
	Cell
}

// Table is several things of one kind.
type Table struct {
	Name    string
	Columns []string
	Rows    [][]Cell
	Note    string // below it, or in its place where there are no rows
}

// Cell is a text with a smaller one below it, and how good it is.
type Cell struct {
	Text, Note string
	Tone       Tone
}

// Tone is how good something is. The page shows it by a mark of a shape of its own, not by colour alone.
type Tone string

// Plain says nothing, the others what they are called.
const (
	Plain Tone = ""
	Good  Tone = "good"
	Bad   Tone = "bad"
	Still Tone = "still"
)

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// pageHeaders forbid everything that the page does not need.
var pageHeaders = map[string]string{
	"Content-Type":            "text/html; charset=utf-8",
	"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
	"Cache-Control":           "no-store",
	"Referrer-Policy":         "no-referrer",
	"X-Content-Type-Options":  "nosniff",
}

func (d Door) page(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), checkTime)
	defer cancel()
	page, err := d.Page(ctx)
	var b bytes.Buffer
	if err == nil {
		err = pageTemplate.Execute(&b, page)
	}
	if err != nil {
		http.Error(w, "The page cannot be made at the moment.", http.StatusServiceUnavailable)
		return
	}
	for name, value := range pageHeaders {
		w.Header().Set(name, value)
	}
	_, _ = w.Write(b.Bytes()) // whoever asked may be gone
}
