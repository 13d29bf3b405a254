package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"isthmus/component"
	"isthmus/component/admin"
	"isthmus/muc/host"
)

// view is what the daemon shows of itself to people and to machines that watch it: nothing that people write, no secrets, and
// addresses of rooms only.
type view struct {
	d        *daemon
	host     *host.Host
	attached *component.Component
	checks   []admin.Check
	begun    time.Time
}

// page implements admin.Door.Page.
func (v view) page(ctx context.Context) (admin.Page, error) {
	now := time.Now()
	occupants, err := v.host.Occupants(ctx)
	if err != nil {
		return admin.Page{}, err
	}
	p := admin.Page{Title: v.d.config.Component.Domain, Now: now}
	p.Facts = []admin.Fact{
		{Name: "Host server", Cell: v.stream(now)},
		{Name: "Database", Cell: v.database(ctx)},
		{Name: "Rooms in memory", Cell: admin.Cell{Text: fmt.Sprint(v.host.Rooms())}},
		{Name: "Occupants", Cell: admin.Cell{Text: fmt.Sprint(occupants), Note: "with those of other nodes"}},
		{Name: "Version", Cell: admin.Cell{Text: version}},
		{Name: "Up for", Cell: admin.Cell{Text: host.Short(now.Sub(v.begun))}},
	}
	p.Table = v.links(ctx, now)
	return p, nil
}

func (v view) stream(now time.Time) admin.Cell {
	s := v.attached.Status()
	if !s.Attached {
		return admin.Cell{Text: "away", Note: v.d.config.Hide(s.Reason), Tone: admin.Bad}
	}
	return admin.Cell{Text: "attached", Note: "for " + host.Short(now.Sub(s.Since)), Tone: admin.Good}
}

func (v view) database(ctx context.Context) admin.Cell {
	kind := v.d.config.Storage.Kind()
	i := slices.IndexFunc(v.checks, func(c admin.Check) bool { return c.Name == "database" })
	if err := v.checks[i].Ask(ctx); err != nil {
		return admin.Cell{Text: "does not answer", Note: err.Error(), Tone: admin.Bad}
	}
	return admin.Cell{Text: "answers", Note: kind, Tone: admin.Good}
}

// mostShown bounds the links on the page.
const mostShown = 200

// linkColumns are those of the table of links.
var linkColumns = []struct {
	name string
	show func(host.LinkStatus, time.Time) admin.Cell
}{
	{"Link", func(l host.LinkStatus, _ time.Time) admin.Cell {
		local, _, _ := strings.Cut(l.Room, "@")
		return admin.Cell{Text: local, Note: l.Direction() + " " + l.Peer}
	}},
	{"State", func(l host.LinkStatus, now time.Time) admin.Cell {
		c := admin.Cell{Text: l.State, Tone: tones[l.State]}
		if l.Cause != "" {
			c.Text, c.Tone = l.State+": "+l.Cause, admin.Bad
		}
		if !l.Since.IsZero() {
			c.Note = "for " + host.Ago(l.Since, now)
		}
		if !l.Next.IsZero() {
			c.Note += ", tries in " + host.Short(max(l.Next.Sub(now), time.Second))
		}
		return c
	}},
	{"Mode", func(l host.LinkStatus, _ time.Time) admin.Cell { return admin.Cell{Text: l.Mode, Note: l.Dialect} }},
	{"People", func(l host.LinkStatus, _ time.Time) admin.Cell {
		return admin.Cell{Text: fmt.Sprintf("%d there", l.Ours), Note: fmt.Sprintf("%d here", l.Theirs)}
	}},
	{"Waiting", func(l host.LinkStatus, now time.Time) admin.Cell {
		if l.Backlog == 0 {
			return admin.Cell{Text: "nothing"}
		}
		return admin.Cell{Text: l.Events(), Note: "for " + host.Ago(l.Oldest, now)}
	}},
	{"Sent", func(l host.LinkStatus, _ time.Time) admin.Cell { return traffic(l.Out) }},
	{"Received", func(l host.LinkStatus, _ time.Time) admin.Cell { return traffic(l.In) }},
	{"Ping", func(l host.LinkStatus, now time.Time) admin.Cell {
		return admin.Cell{Text: host.Short(l.RoundTrip), Note: heard(l.Heard, now)}
	}},
	{"Last resync", func(l host.LinkStatus, now time.Time) admin.Cell {
		if l.Caught.At.IsZero() {
			return admin.Cell{Text: "-"}
		}
		return admin.Cell{Text: host.Ago(l.Caught.At, now) + " ago",
			Note: fmt.Sprintf("%d sent, %d received", l.Caught.Sent, l.Caught.Received)}
	}},
	{"Counted", func(l host.LinkStatus, _ time.Time) admin.Cell { return admin.Cell{Text: l.Counted()} }},
	{"Last trouble", func(l host.LinkStatus, now time.Time) admin.Cell {
		if l.Trouble == "" {
			return admin.Cell{Text: "-"}
		}
		return admin.Cell{Text: host.Ago(l.TroubleAt, now) + " ago", Note: l.Trouble}
	}},
}

// tones of states; the others are of no tone.
var tones = map[string]admin.Tone{
	"up": admin.Good, "suspect": admin.Bad, "down": admin.Bad, "idle": admin.Still, "paused": admin.Still, "dropped": admin.Still,
}

func traffic(t host.Traffic) admin.Cell {
	unit := "stanzas"
	if t.Stanzas == 1 {
		unit = "stanza"
	}
	return admin.Cell{Text: t.Size(), Note: fmt.Sprintf("%d %s", t.Stanzas, unit)}
}

func heard(at, now time.Time) string {
	if at.IsZero() {
		return ""
	}
	return "heard " + host.Ago(at, now) + " ago"
}

func (v view) links(ctx context.Context, now time.Time) admin.Table {
	t := admin.Table{Name: "Federation links"}
	list, total, err := v.host.Links(ctx, "")
	if err != nil {
		t.Note = "The links cannot be told at the moment: the database does not answer."
		return t
	}
	for _, c := range linkColumns {
		t.Columns = append(t.Columns, c.name)
	}
	for _, l := range list[:min(len(list), mostShown)] {
		var row []admin.Cell
		for _, c := range linkColumns {
			row = append(row, c.show(l, now))
		}
		t.Rows = append(t.Rows, row)
	}
	switch {
	case total == 0:
		t.Note = "No room is linked with another."
	case total > len(t.Rows):
		t.Note = fmt.Sprintf("%d of %d links are shown; \"isthmus links -room NAME\" has those of a room.", len(t.Rows), total)
	default:
		t.Note = "Stanzas, and bytes of stanzas, are counted since the daemon began; what streams add is not."
	}
	return t
}
