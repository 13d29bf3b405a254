package main

import (
	"context"
	"time"

	"isthmus/component/admin"
	"isthmus/fmuc"
	"isthmus/muc/host"
)

// mostSeries bounds the links that have numbers of their own. If there are more, there are totals only.
const mostSeries = 200

// linkNumbers are what is measured of links. Where there are too many links, their sum is told, or the largest.
var linkNumbers = []struct {
	name, help string
	kind       admin.Kind
	largest    bool
	label      string // of a further label, "" = none
	values     []string
	read       func(l host.LinkStatus, i int, now time.Time) float64
}{
	{"isthmus_link_up", "1 while what happens on either side crosses the link.", admin.Gauge, false, "", nil,
		func(l host.LinkStatus, _ int, _ time.Time) float64 {
			return truth(l.State == "up" || l.State == "suspect")
		}},
	{"isthmus_link_down", "1 while nothing gets through though it should.", admin.Gauge, false, "", nil,
		func(l host.LinkStatus, _ int, _ time.Time) float64 { return truth(l.State == "down" || l.Cause != "") }},
	{"isthmus_link_occupants", "People announced to the peer (out) and by it (in).", admin.Gauge, false, "direction", ways,
		func(l host.LinkStatus, i int, _ time.Time) float64 { return float64([]int{l.Ours, l.Theirs}[i]) }},
	{"isthmus_link_backlog_events", "Events that the peer has not got, counted so far.", admin.Gauge, false, "", nil,
		func(l host.LinkStatus, _ int, _ time.Time) float64 { return float64(l.Backlog) }},
	{"isthmus_link_backlog_seconds", "Age of the oldest of them.", admin.Gauge, true, "", nil,
		func(l host.LinkStatus, _ int, now time.Time) float64 {
			if l.Oldest.IsZero() {
				return 0
			}
			return max(now.Sub(l.Oldest).Seconds(), 0)
		}},
	{"isthmus_link_stanzas_total", "Stanzas that crossed the link.", admin.Counter, false, "direction", ways,
		func(l host.LinkStatus, i int, _ time.Time) float64 {
			return float64([]int{l.Out.Stanzas, l.In.Stanzas}[i])
		}},
	{"isthmus_link_bytes_total", "Bytes of these stanzas.", admin.Counter, false, "direction", ways,
		func(l host.LinkStatus, i int, _ time.Time) float64 { return float64([]int{l.Out.Bytes, l.In.Bytes}[i]) }},
	{"isthmus_link_round_trip_seconds", "Round trip of the last ping, with the peer's storing of what came before it.", admin.Gauge, true, "", nil,
		func(l host.LinkStatus, _ int, _ time.Time) float64 { return l.RoundTrip.Seconds() }},
	{"isthmus_link_outages_total", "Times that a link that was up was found broken.", admin.Counter, false, "cause", kinds(true),
		func(l host.LinkStatus, i int, _ time.Time) float64 { return float64(l.Counts[countedAs(true)[i]]) }},
	{"isthmus_link_notes_total", "What else has happened to the link.", admin.Counter, false, "kind", kinds(false),
		func(l host.LinkStatus, i int, _ time.Time) float64 { return float64(l.Counts[countedAs(false)[i]]) }},
}

var ways = []string{"out", "in"}

// countedAs are the kinds of notes that are outages, or are counted otherwise.
func countedAs(outage bool) (list []int) {
	for i, k := range fmuc.Kinds {
		if k.Outage == outage && i != int(fmuc.Progress) {
			list = append(list, i)
		}
	}
	return list
}

func kinds(outage bool) (names []string) {
	for _, i := range countedAs(outage) {
		names = append(names, fmuc.Kinds[i].Name)
	}
	return names
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// families implements admin.Door.Families.
func (v view) families(ctx context.Context) ([]admin.Family, error) {
	occupants, err := v.host.Occupants(ctx)
	if err != nil {
		return nil, err
	}
	list, total, err := v.host.Links(ctx, "")
	if err != nil {
		return nil, err
	}
	one := func(name, help string, kind admin.Kind, n int) admin.Family {
		return admin.Family{Name: name, Help: help, Kind: kind, Samples: []admin.Sample{{Value: float64(n)}}}
	}
	families := []admin.Family{
		one("isthmus_rooms", "Rooms in memory.", admin.Gauge, v.host.Rooms()),
		one("isthmus_occupants", "Occupants of these rooms, those of other nodes too.", admin.Gauge, occupants),
		one("isthmus_links", "Links in memory, stored or configured.", admin.Gauge, total),
		one("isthmus_link_joins_refused_total", "Joins of peers that were refused.", admin.Counter, v.host.Refusals()),
	}
	for _, n := range linkNumbers {
		f := admin.Family{Name: n.name, Help: n.help, Kind: n.kind}
		for i := range max(len(n.values), 1) {
			var further []string
			if n.label != "" {
				further = []string{n.label, n.values[i]}
			}
			all := 0.0
			for _, l := range list {
				value := n.read(l, i, time.Now())
				switch {
				case len(list) <= mostSeries:
					labels := append([]string{"room", l.Room, "peer", l.Peer}, further...)
					f.Samples = append(f.Samples, admin.Sample{Labels: labels, Value: value})
				case n.largest:
					all = max(all, value)
				default:
					all += value
				}
			}
			if len(list) > mostSeries {
				f.Samples = append(f.Samples, admin.Sample{Labels: further, Value: all})
			}
		}
		families = append(families, f)
	}
	return families, nil
}
