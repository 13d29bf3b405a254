package muc

import (
	"cmp"
	"time"
)

const day = 24 * time.Hour

// longestKept is enough for everybody who counts days, and too short to overflow anything.
const longestKept = 36500

// retention lets owners keep less of the log than the service does. What is too old, or too much, is cut off in storage by and
// by; those who enter are not shown it from the moment on.
var retention = feature{
	name: "Retention",
	fields: []field{
		number("{"+nsIsthmus+"}archive_days", "Days for which the archive is kept (0 = as long as the service keeps it)", 0, longestKept,
			func(c *Config) *int { return &c.KeepDays }),
		number("{"+nsIsthmus+"}archive_events", "Messages that the archive has at most (0 = as many as the service keeps)", 0, 1<<31-1,
			func(c *Config) *int { return &c.KeepEvents }),
	},
}

// Retention is how much of every log is kept; 0 is no limit.
type Retention struct {
	Age    time.Duration
	Events int
}

// retains is how much of this room's is: its owner may have it less, never more.
func (r *Room) retains() Retention {
	k, c := r.settings.Retention, &r.rec.Config
	return Retention{
		Age:    tighter(k.Age, time.Duration(c.KeepDays)*day),
		Events: tighter(k.Events, c.KeepEvents),
	}
}

// tighter is the smaller of two limits of which 0 is none.
func tighter[N cmp.Ordered](a, b N) N {
	var none N
	if a == none || b != none && b < a {
		return b
	}
	return a
}

// within narrows what somebody asks of the history to what is kept of it.
func (k Retention) within(l Limits, now time.Time) Limits {
	if since := now.Add(-k.Age); k.Age > 0 && l.Since.Before(since) {
		l.Since = since
	}
	if k.Events > 0 && (l.MaxStanzas < 0 || l.MaxStanzas > k.Events) {
		l.MaxStanzas = k.Events
	}
	return l
}
