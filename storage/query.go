package storage

import (
	"math"
	"strings"
	"time"
)

// Clock returns the lowest and the highest hybrid logical clock of what was said between Start and End, by the
// millisecond. Years that the clock cannot name are the nearest that it can.
func (q Query) Clock() (lowest, highest int64) {
	lowest, highest = math.MinInt64, math.MaxInt64
	if !q.Start.IsZero() {
		lowest = millisecond(q.Start) << 16
	}
	if !q.End.IsZero() {
		highest = millisecond(q.End)<<16 | 0xffff
	}
	return lowest, highest
}

func millisecond(t time.Time) int64 {
	return max(math.MinInt64>>16, min(t.UnixMilli(), math.MaxInt64>>16))
}

// By is the bare JID of the event's author.
func (e Event) By() string { return bare(e.Author) }

// By is the bare JID of the author that is asked for, and whether any of its resources will do.
func (q Query) By() (jid string, whole bool) {
	jid = bare(q.Author)
	return jid, jid == q.Author
}

func bare(jid string) string {
	b, _, _ := strings.Cut(jid, "/")
	return b
}
