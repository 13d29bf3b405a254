package config

import (
	"path/filepath"
	"strings"
)

// The kinds of storage, and what the first two are called in the file.
const (
	Embedded = "embedded"
	Memory   = "memory:"
	Postgres = "postgres"
)

// Kind is Embedded, Memory, Postgres, or "" for an address that is none of them.
func (s Storage) Kind() string {
	at := s.URL.Reveal()
	switch {
	case at == Embedded, at == Memory:
		return at
	case strings.HasPrefix(at, "postgres://"), strings.HasPrefix(at, "postgresql://"):
		return Postgres
	}
	return ""
}

// Control is the path of the socket for the operator's commands, "" for none.
func (c Config) Control() string {
	if c.Admin.Socket == "" && c.Storage.Kind() == Embedded {
		return filepath.Join(c.Storage.DataDir, "isthmus.sock")
	}
	return c.Admin.Socket
}
