// Package migrations holds the numbered steps that bring a Postgres database to the form that storage/postgres knows.
// A released file is never edited: a change is a new file.
package migrations

import "embed"

// FS holds the steps, in goose's format.
//
//go:embed *.sql
var FS embed.FS
