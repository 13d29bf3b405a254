package bench

import (
	"context"
	"fmt"
	"io"
)

// Bench is what is measured, and what has come of it.
type Bench struct {
	Reps     int    // of each measurement, one after the other
	Sink     []int  // occupants, into the sink
	Copies   int    // of one measurement
	Ends     []int  // occupants, on real servers
	Hosts    string // which of them, "" for all
	Durable  []int  // rooms, into the database
	Stored   int    // messages of one measurement
	Progress io.Writer

	dir     string
	results samples
}

func (b *Bench) say(format string, args ...any) { fmt.Fprintf(b.Progress, format+"\n", args...) }

// Run measures everything that is asked for in a folder.
func (b *Bench) Run(ctx context.Context, dir string) error {
	b.dir, b.results = dir, samples{}
	for _, part := range []func(context.Context) error{b.fan, b.durable, b.ends} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}
