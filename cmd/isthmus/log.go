package main

import (
	"io"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"isthmus/cmd/isthmus/internal/config"
)

func init() { zerolog.TimeFieldFormat = "2006-01-02T15:04:05.000Z07:00" }

// loudness is the least that is logged; it may change at any time.
type loudness struct{ level atomic.Int32 }

// set takes the name of a level, which has been checked.
func (l *loudness) set(name string) {
	level, _ := zerolog.ParseLevel(name)
	l.level.Store(int32(level))
}

// Sample implements zerolog.Sampler.
func (l *loudness) Sample(level zerolog.Level) bool { return int32(level) >= l.level.Load() }

// newLog is the one logger, which goes by a loudness.
func newLog(c config.Log, out io.Writer) (zerolog.Logger, *loudness) {
	if c.Format == "console" {
		out = zerolog.ConsoleWriter{Out: out, NoColor: !terminal(out), TimeFormat: time.TimeOnly + ".000"}
	}
	l := &loudness{}
	l.set(c.Level)
	return zerolog.New(out).Level(zerolog.TraceLevel).Sample(l).With().Timestamp().Logger(), l
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
