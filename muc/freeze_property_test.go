package muc

import (
	"encoding/json"
	"reflect"
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"isthmus/component/stanza"
)

// pass lets time pass: a moment, or long enough for what waits; the room is woken when it wants to be.
func (s *stage) pass() {
	d := time.Second
	if rapid.IntRange(0, 5).Draw(s.t, "wait") == 0 {
		d = rapid.SampledFrom([]time.Duration{0, 0, 5 * time.Second, time.Minute, 15 * time.Minute, 2 * time.Hour}).Draw(s.t, "time")
	}
	end := s.now.Add(d)
	for !s.timer.IsZero() && !s.timer.After(end) {
		if s.timer.After(s.now) {
			s.now = s.timer
		}
		s.timer = time.Time{}
		ev := Event{At: s.now, Wake: true}
		s.step(ev, ev)
	}
	s.now = end
}

// timed keeps the room's timer.
func (s *stage) timed(effects []Effect) {
	for _, e := range effects {
		if w, ok := e.(Wake); ok {
			s.timer = w.At
		}
	}
}

// thaw puts another in the place of the twin, which is made of what the twin was: nobody shall see a difference (P4). What
// is asked of the log has to be answered before, and what users have used up of their allowances is taken along by hand.
func (s *stage) thaw() {
	if len(s.questions) > 0 {
		return
	}
	frozen := s.twin.Freeze()
	mine, text := s.room.Freeze(), asText(s.t, frozen)
	if diff := cmp.Diff(ranked(mine), ranked(frozen)); diff != "" {
		s.t.Fatalf("twins differ:\n%s", diff)
	}
	var back *Stored
	if err := json.Unmarshal([]byte(text), &back); err != nil || !reflect.DeepEqual(frozen, back) {
		s.t.Fatalf("%v: what is frozen is not plain: %s", err, text)
	}
	s.complete(mine)
	s.frozen = append(s.frozen, kept{frozen, text}, kept{mine, asText(s.t, mine)})
	old := s.twin
	s.twin = Open(s.settings, stanza.MustJID(testRoom), s.birth(), frozen)
	s.twin.meters = old.meters
	var want []Effect
	if !old.armed.IsZero() {
		want = []Effect{Wake{old.armed}}
	}
	if got := s.twin.Handle(Event{At: s.now}); !reflect.DeepEqual(got, want) {
		s.t.Fatalf("a thawed room begins with %v, not with %v", got, want)
	}
}

// kept is what was frozen, and how it was then.
type kept struct {
	stored *Stored
	text   string
}

func asText(t *rapid.T, s *Stored) string {
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// ranked is a frozen room with other numbers for its sessions, in the same order: those of whoever left are forgotten.
func ranked(s *Stored) *Stored {
	if s == nil {
		return nil
	}
	var numbers []int64
	for _, q := range s.Sessions {
		numbers = append(numbers, q.Entry, q.Spoke)
	}
	slices.Sort(numbers)
	like := *s
	like.Sessions = slices.Clone(s.Sessions)
	for i := range like.Sessions {
		q := &like.Sessions[i]
		q.Entry, q.Spoke = int64(slices.Index(numbers, q.Entry)), int64(slices.Index(numbers, q.Spoke))
	}
	return &like
}
