package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// verdict is what became of all that was said.
type verdict struct {
	said, kept, lost, unseen, deliveries, entries int
	bounced                                       map[string]int // by condition
}

// judge compares what everybody has heard with the archives.
func (s *storm) judge() {
	s.Helper()
	v := verdict{bounced: map[string]int{}}
	s.end = time.Now()
	archives := map[*hall][]kept{}
	for _, h := range s.list {
		list := s.archive(h)
		archives[h] = list
		for _, g := range h.guests {
			s.awaits(g.name+" has heard the end of "+h.room, func() bool { return g.last(h.room) == list[len(list)-1].body })
		}
	}
	for _, h := range s.list {
		place := s.places(h, archives[h])
		for _, g := range h.guests {
			s.hearing(h, g, archives[h], place, &v)
		}
		s.fates(h, place, &v)
	}
	s.Logf("%d messages were said while something was killed %d times; %d are kept, %d of which nobody heard live; %d were lost with what was killed; "+
		"these came back: %v. %d deliveries, %d entries; %d were put out of a room of another server",
		v.said, *stormKills, v.kept, v.unseen, v.lost, v.bounced, v.deliveries, v.entries, len(s.thrown))
}

// archive is that of a room, when it has all that the room that is one with it has.
func (s *storm) archive(h *hall) (list []kept) {
	s.Helper()
	if h.other == nil {
		return s.read(h)
	}
	until := time.Now().Add(settling)
	for {
		list = s.read(h)
		mine, others := bodies(list), bodies(s.read(h.other))
		slices.Sort(mine)
		slices.Sort(others)
		if slices.Equal(mine, others) {
			return list
		}
		if time.Now().After(until) {
			s.Errorf("%s and %s do not hold the same, only one of them has %v, and %v", h.room, h.other.room, without(mine, others), without(others, mine))
			return list
		}
	}
}

// settling is how long two rooms may take to tell each other what they have missed.
const settling = time.Minute

func (s *storm) read(h *hall) []kept {
	s.Helper()
	r := s.reader(h.place)
	defer r.Close()
	return r.pages(h.room, "")
}

// without are those of a list that are not in another.
func without(list, other []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(other, s) })
}

// places is where each text is in an archive: once.
func (s *storm) places(h *hall, archive []kept) map[string]int {
	s.Helper()
	place := map[string]int{}
	for i, k := range archive {
		if _, twice := place[k.body]; twice {
			s.Errorf("%s is in the archive of %s twice", k.body, h.room)
		}
		if h.words[k.body] == nil && (h.other == nil || h.other.words[k.body] == nil) {
			s.Errorf("%s is in the archive of %s, and nobody has said it", k.body, h.room)
		}
		place[k.body] = i
	}
	return place
}

// hearing checks what one guest has heard in a room: all of it is kept, in this order and under these ids, nothing came twice
// but as history, and nothing is missing within an entry but where something was dead.
func (s *storm) hearing(h *hall, g *guest, archive []kept, place map[string]int, v *verdict) {
	s.Helper()
	g.mu.Lock()
	defer g.mu.Unlock()
	newest, last := -1, heard{}
	for _, m := range g.stays[h.room].heard {
		at, kept := place[m.text]
		switch {
		case !kept:
			s.Errorf("%s has heard %s in %s, and it is not kept", g.name, m.text, h.room)
			continue
		case archive[at].id != m.id:
			s.Errorf("%s has heard %s in %s as %s; it is kept as %s", g.name, m.text, h.room, m.id, archive[at].id)
		case !m.old && at <= newest:
			s.Errorf("%s has heard %s in %s after %s", g.name, m.text, h.room, archive[newest].body)
		}
		// What comes later from a linked room has its place by time in the history, and behind all the rest in the archive.
		byTime := h.other != nil && (last.old || m.old)
		if before, ok := place[last.text]; ok && last.entry == m.entry && !byTime && at != before+1 && !s.dead(h, g, last.at, m.at) {
			s.Errorf("%s has heard %s in %s next to %s; between them is %v", g.name, m.text, h.room, last.text,
				bodies(archive[min(before+1, at):at]))
		}
		if !m.old {
			newest = at
			v.deliveries++
		}
		last = m
	}
	v.entries += g.stays[h.room].entry
}

func (g *guest) last(room string) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	list := g.stays[room].heard
	if len(list) == 0 {
		return ""
	}
	return list[len(list)-1].text
}

// dead tells whether anything between a guest and a room was dead at some moment of a time. The streams of the other server
// go on dying after what has died is back: until a guest of that one hears one of them again.
func (s *storm) dead(h *hall, g *guest, from, to time.Time) bool {
	return slices.ContainsFunc(s.outages, func(o outage) bool {
		end := o.to
		if g.users != h.place.users {
			end = s.renewed(o, g.users, h.place)
		}
		return (o.domain == h.place.rooms || o.domain == h.place.users || o.domain == g.users) && !o.from.After(to) && !end.Before(from)
	})
}

// renewed is when guests of one server heard in a room of the other what one of them had said after an outage.
func (s *storm) renewed(o outage, users string, p place) time.Time {
	key := fmt.Sprint(o.from, users, p)
	if at, ok := s.streams[key]; ok {
		return at
	}
	at := s.end
	for _, g := range s.guests {
		if g.users != users {
			continue
		}
		for _, h := range s.list {
			if h.place != p || g.stays[h.room] == nil {
				continue
			}
			for _, m := range g.stays[h.room].heard {
				w := h.words[m.text]
				if w != nil && !m.old && w.by.users == users && w.sent.After(o.to) && m.at.Before(at) {
					at = m.at
				}
			}
		}
	}
	s.streams[key] = at
	return at
}

// fates checks what became of what was said in a room. What is neither kept nor refused was on its way when something died: it
// was said before that was over, and what its author said next and is kept came after it had begun.
func (s *storm) fates(h *hall, place map[string]int, v *verdict) {
	s.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	next := map[*guest]time.Time{}
	for _, w := range slices.SortedFunc(maps.Values(h.words), func(a, b *word) int { return cmp.Compare(b.sent.UnixNano(), a.sent.UnixNano()) }) {
		v.said++
		_, kept := place[w.text]
		then, spoke := next[w.by]
		if !spoke {
			then = time.Now()
		}
		switch {
		case kept && w.bounce != "":
			s.Errorf("%s came back to its author (%s) and is kept in %s", w.text, w.bounce, h.room)
		case kept:
			v.kept++
			if w.came.IsZero() {
				v.unseen++
			}
		case w.bounce != "":
			v.bounced[w.bounce]++
		case s.dead(h, w.by, w.sent, then):
			v.lost++
		default:
			s.Errorf("%s, said in %s at %s, is lost; nothing was dead until %s\n%s", w.text, h.room, clock(w.sent), clock(then), s.deaths())
		}
		if kept && !w.came.IsZero() {
			next[w.by] = w.came
		}
	}
}

func clock(t time.Time) string { return t.Format("15:04:05.000") }

func (s *storm) deaths() string {
	var b strings.Builder
	for _, o := range s.outages {
		fmt.Fprintf(&b, "\t%s of %s: %s to %s\n", o.what, o.domain, clock(o.from), clock(o.to))
	}
	return b.String()
}
