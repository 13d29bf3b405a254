package main

import (
	"io"
	"os"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"isthmus/cmd/isthmus/internal/config"
)

func init() { zerolog.TimeFieldFormat = "2006-01-02T15:04:05.000Z07:00" }

// newLog is the one logger; the level's name has been checked.
func newLog(c config.Log, out io.Writer) zerolog.Logger {
	if c.Format == "console" {
		out = zerolog.ConsoleWriter{Out: out, NoColor: !terminal(out), TimeFormat: time.TimeOnly + ".000"}
	}
	level, _ := zerolog.ParseLevel(c.Level)
	return zerolog.New(out).Level(level).With().Timestamp().Logger()
}

// terminal tells whether somebody is looking: colours are for people, not for files.
func terminal(out io.Writer) bool {
	f, ok := out.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// postgresLevels are how loud we repeat what the embedded Postgres says; the first mark counts.
var postgresLevels = []struct {
	mark  string
	level zerolog.Level
}{
	{" FATAL:  the database system is starting up", zerolog.DebugLevel}, // embedded asks until it is ready
	{" PANIC:  ", zerolog.ErrorLevel},
	{" FATAL:  ", zerolog.WarnLevel}, // of one connection
	{" ERROR:  ", zerolog.WarnLevel},
	{" WARNING:  ", zerolog.WarnLevel},
	{" LOG:  ", zerolog.DebugLevel},
}

// postgresLog repeats the lines of the embedded Postgres. Details, statements and continued lines are left out: they may
// quote a row, and so what people write.
func postgresLog(log zerolog.Logger) func(string) {
	log = log.With().Str("from", "postgres").Logger()
	return func(line string) {
		for _, quotes := range []string{" DETAIL:  ", " STATEMENT:  ", " CONTEXT:  ", " QUERY:  "} {
			if strings.HasPrefix(line, "\t") || strings.Contains(line, quotes) {
				return
			}
		}
		level := zerolog.DebugLevel
		for _, l := range postgresLevels {
			if strings.Contains(line, l.mark) {
				level = l.level
				break
			}
		}
		log.WithLevel(level).Msg(line)
	}
}
