package main

import (
	"slices"
	"strings"
	"testing"

	"isthmus/cmd/isthmus/internal/config"
)

func TestLogFormats(t *testing.T) {
	var json, console, quiet page
	newLogTo := func(p *page, level, format string) {
		log, _ := newLog(config.Log{Level: level, Format: format}, p)
		log.Info().Str("k", "v").Msg("hello")
	}
	newLogTo(&json, "info", "json")
	newLogTo(&console, "trace", "console")
	newLogTo(&quiet, "warn", "json")
	if s := json.String(); !strings.HasPrefix(s, `{"level":"info","k":"v","time":"`) || !strings.HasSuffix(s, `","message":"hello"}`+"\n") {
		t.Errorf("json: %s", s)
	}
	if s := console.String(); !strings.Contains(s, "hello") || strings.HasPrefix(s, "{") {
		t.Errorf("console: %s", s)
	}
	if s := quiet.String(); s != "" {
		t.Errorf("quiet: %s", s)
	}
}

// What people write does not reach the log by way of Postgres.
func TestPostgresLogKeepsRowsOut(t *testing.T) {
	var p page
	log, _ := newLog(config.Log{Level: "trace", Format: "json"}, &p)
	repeat := postgresLog(log)
	for line := range strings.Lines(`2026-01-01 00:00:00 UTC [1] LOG:  database system is ready
2026-01-01 00:00:00 UTC [3] FATAL:  the database system is starting up
2026-01-01 00:00:00 UTC [2] ERROR:  null value violates a constraint
2026-01-01 00:00:00 UTC [2] DETAIL:  Failing row contains (body
	body).
2026-01-01 00:00:00 UTC [2] CONTEXT:  body
2026-01-01 00:00:00 UTC [2] STATEMENT:  INSERT body
`) {
		repeat(strings.TrimSuffix(line, "\n"))
	}
	lines := strings.Split(strings.TrimSpace(p.String()), "\n")
	want := []string{`{"level":"debug","from":"postgres"`, `{"level":"debug","from":"postgres"`, `{"level":"warn","from":"postgres"`}
	if !slices.EqualFunc(lines, want, strings.HasPrefix) {
		t.Errorf("got\n%s", p.String())
	}
}
