package host

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"isthmus/fmuc"
	"isthmus/storage"
)

// linkColumns are what the list of links shows of each.
var linkColumns = []struct {
	name string
	show func(LinkStatus, time.Time) string
}{
	{"ROOM", func(l LinkStatus, _ time.Time) string { return l.Room }},
	{"", func(l LinkStatus, _ time.Time) string { return l.Direction() }},
	{"PEER", func(l LinkStatus, _ time.Time) string { return l.Peer }},
	{"STATE", func(l LinkStatus, _ time.Time) string { return l.Doing() }},
	{"FOR", func(l LinkStatus, now time.Time) string { return Ago(l.Since, now) }},
	{"MODE", func(l LinkStatus, _ time.Time) string { return l.Mode }},
	{"DIALECT", func(l LinkStatus, _ time.Time) string { return l.Dialect }},
	{"PEOPLE", func(l LinkStatus, _ time.Time) string { return fmt.Sprintf("%d/%d", l.Ours, l.Theirs) }},
	{"WAITING", LinkStatus.Waiting},
	{"SENT", func(l LinkStatus, _ time.Time) string { return l.Out.String() }},
	{"RECEIVED", func(l LinkStatus, _ time.Time) string { return l.In.String() }},
	{"PING", func(l LinkStatus, _ time.Time) string { return Short(l.RoundTrip) }},
	{"RESYNC", func(l LinkStatus, now time.Time) string { return resynced(l.Caught, now) }},
	{"OUTAGES", func(l LinkStatus, _ time.Time) string { return fmt.Sprint(l.Outages()) }},
	{"LAST TROUBLE", func(l LinkStatus, now time.Time) string { return l.LastTrouble(now) }},
}

// Direction says who joins whom.
func (l LinkStatus) Direction() string {
	if l.Inbound {
		return "is joined by"
	}
	return "joins"
}

// Doing is the state, with the cause if nothing gets through.
func (l LinkStatus) Doing() string {
	if l.Cause == "" {
		return l.State
	}
	return l.State + " (" + l.Cause + ")"
}

// Waiting says how much the peer has not got, and for how long.
func (l LinkStatus) Waiting(now time.Time) string {
	if l.Backlog == 0 {
		return "0"
	}
	return l.Events() + ", " + Ago(l.Oldest, now)
}

// Events is how many events wait.
func (l LinkStatus) Events() string {
	if l.Backlog > storage.BacklogMost {
		return fmt.Sprintf("more than %d", storage.BacklogMost)
	}
	return fmt.Sprint(l.Backlog)
}

// Counted is what the link's notes were about, and how often.
func (l LinkStatus) Counted() string {
	var list []string
	for k, kind := range fmuc.Kinds {
		if k != int(fmuc.Progress) && l.Counts[k] > 0 {
			list = append(list, fmt.Sprintf("%d × %s", l.Counts[k], kind.Name))
		}
	}
	return cmp.Or(strings.Join(list, ", "), "-")
}

// LastTrouble is the last note that somebody should look at, and how old it is.
func (l LinkStatus) LastTrouble(now time.Time) string {
	if l.Trouble == "" {
		return "-"
	}
	return l.Trouble + " (" + Ago(l.TroubleAt, now) + " ago)"
}

func resynced(c fmuc.Caught, now time.Time) string {
	if c.At.IsZero() {
		return "-"
	}
	return fmt.Sprintf("%d sent, %d received, %s ago", c.Sent, c.Received, Ago(c.At, now))
}

// String says how many stanzas, and how large they were together.
func (t Traffic) String() string { return fmt.Sprintf("%d, %s", t.Stanzas, t.Size()) }

// Size is how large they were.
func (t Traffic) Size() string { return bytesOf(t.Bytes) }

func bytesOf(n int) string {
	const units = "kMGT"
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	f, u := float64(n)/1000, 0
	for ; f >= 1000 && u < len(units)-1; u++ {
		f /= 1000
	}
	return fmt.Sprintf("%.1f %cB", f, units[u])
}

// Ago is how long before now something was; "-" for what was never, or nobody knows when.
func Ago(at, now time.Time) string {
	if at.IsZero() {
		return "-"
	}
	return Short(max(now.Sub(at), time.Millisecond))
}

// Short is a time for people: one unit, as they would say it.
func Short(d time.Duration) string {
	switch {
	case d <= 0:
		return "-"
	case d < time.Second:
		return fmt.Sprintf("%dms", max(d.Milliseconds(), 1))
	case d < 2*time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh", int(d.Hours()))
	}
	return fmt.Sprintf("%dd", int(d.Hours())/24)
}

func listLinks(ctx context.Context, h *Host, a args) ([]string, error) {
	if a["room"] == "" {
		list, total, err := h.Links(ctx, "")
		list = list[:min(len(list), mostListed)]
		return append(linkTable(list, time.Now()), fmt.Sprintf("%d of %d links", len(list), total)), err
	}
	room, err := a.room(h)
	if err != nil {
		return nil, err
	}
	list, _, err := h.Links(ctx, room.String())
	if err == nil && len(list) == 0 {
		return []string{room.String() + " has no links."}, nil
	}
	var lines []string
	for _, l := range list {
		lines = append(lines, l.details(time.Now())...)
	}
	return lines, err
}

// linkTable shows each link on a line, below the names of the columns.
func linkTable(list []LinkStatus, now time.Time) []string {
	if len(list) == 0 {
		return nil
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	var names []string
	for _, c := range linkColumns {
		names = append(names, c.name)
	}
	fmt.Fprintln(w, strings.Join(names, "\t"))
	for _, l := range list {
		var cells []string
		for _, c := range linkColumns {
			cells = append(cells, c.show(l, now))
		}
		fmt.Fprintln(w, strings.Join(cells, "\t"))
	}
	_ = w.Flush() // nothing that is written to a string fails
	return strings.Split(strings.TrimRight(b.String(), "\n"), "\n")
}

// details shows one link on many lines.
func (l LinkStatus) details(now time.Time) []string {
	lines := []string{l.Room + " " + l.Direction() + " " + l.Peer}
	say := func(name, value string) { lines = append(lines, fmt.Sprintf("  %-19s %s", name, value)) }
	say("state", l.Doing()+l.lasts(now))
	say("mode, dialect", l.Mode+", "+l.Dialect)
	if l.Terms != "" {
		say("agreed", l.Terms)
	}
	say("people", fmt.Sprintf("%d of ours are announced there, %d of theirs here", l.Ours, l.Theirs))
	say("waiting", l.Waiting(now))
	say("sent", l.Out.stanzas())
	say("received", l.In.stanzas())
	say("last heard", Ago(l.Heard, now))
	say("round trip", Short(l.RoundTrip))
	say("last resync", resynced(l.Caught, now))
	if !l.Next.IsZero() {
		say("next attempt", "in "+Short(max(l.Next.Sub(now), time.Second)))
	}
	say("last trouble", l.LastTrouble(now))
	say("counted", l.Counted())
	return lines
}

func (l LinkStatus) lasts(now time.Time) string {
	if l.Since.IsZero() {
		return ""
	}
	return " for " + Ago(l.Since, now)
}

func (t Traffic) stanzas() string {
	return fmt.Sprintf("%s of stanzas, %d in all", bytesOf(t.Bytes), t.Stanzas)
}

var steered = map[string]string{
	"pause": "The link of %s is paused until it is resumed.", "resume": "The link of %s is resumed.",
	"resync": "The link of %s joins anew, for what was missed.", "drop": "The link of %s is dropped.",
}

func steerLink(ctx context.Context, h *Host, a args) ([]string, error) {
	room, err := a.room(h)
	if err != nil {
		return nil, err
	}
	peer := ""
	if a["peer"] != "" {
		p, err := a.person("peer", false)
		if err != nil {
			return nil, errors.New("this is no address of a room: " + a["peer"])
		}
		peer = p.String()
	}
	return []string{fmt.Sprintf(steered[a["do"]], room)}, h.Steer(ctx, room, peer, a["do"])
}
