package storagetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"isthmus/storage"
)

// at is an event that was said so many minutes after 1970, under this nick.
func at(room string, seq, minutes int64, nick string) storage.Event {
	e := said(room, seq)
	e.At, e.StanzaID, e.Nick = minutes*60_000<<16, fmt.Sprint(seq), nick
	e.Author = nick + "@capulet.example/balcony"
	return e
}

func archivePages(t *testing.T, s storage.Store) {
	const den, attic, juliet = "den@muc.example", "attic@muc.example", "juliet@capulet.example"
	minute := func(n int64) time.Time { return time.Unix(n*60, 0) }
	log := []storage.Event{
		at(den, 1, 10, "juliet"), at(den, 2, 11, "nurse"), at(den, 3, 20, "juliet"),
		at(den, 4, 12, "juliet"), at(den, 5, 13, "nurse"), // late: they were said before 3
		at(den, 6, 21, "nurse"), at(den, 7, 11, "juliet"), at(den, 8, 22, "juliet"),
	}
	log[2].Kind, log[4].Kind = "subject", "notice"
	log[4].Open, log[7].Open = true, true
	commit(t, s, newRoom(den), newRoom(attic), storage.AppendEvent{Event: at(attic, 1, 10, "juliet")})
	commit(t, s, appended(log[:4]...)...)
	commit(t, s, storage.AppendEvent{Event: at(attic, 2, 15, "nurse")})
	commit(t, s, appended(log[4:]...)...)

	for what, c := range map[string]struct {
		q        storage.Query
		want     []int64
		complete bool
		total    int
	}{
		"all":               {storage.Query{Max: 8}, []int64{1, 2, 3, 4, 5, 6, 7, 8}, true, 8},
		"first page":        {storage.Query{Max: 3}, []int64{1, 2, 3}, false, 8},
		"last page":         {storage.Query{Max: 3, Backward: true}, []int64{6, 7, 8}, false, 8},
		"no events":         {storage.Query{}, nil, false, 8},
		"less than none":    {storage.Query{Max: -1, Backward: true}, nil, false, 8},
		"nothing, complete": {storage.Query{Nick: "paris"}, nil, true, 0},

		"after":                  {storage.Query{Max: 2, After: []string{"3"}}, []int64{4, 5}, false, 8},
		"after, to the end":      {storage.Query{Max: 2, After: []string{"6"}}, []int64{7, 8}, true, 8},
		"after the last":         {storage.Query{Max: 2, After: []string{"8"}}, nil, true, 8},
		"after several":          {storage.Query{Max: 9, After: []string{"6", "2"}}, []int64{7, 8}, true, 8},
		"after, last page":       {storage.Query{Max: 2, After: []string{"3"}, Backward: true}, []int64{7, 8}, false, 8},
		"before":                 {storage.Query{Max: 2, Before: []string{"3"}, Backward: true}, []int64{1, 2}, true, 8},
		"before, first page":     {storage.Query{Max: 2, Before: []string{"4"}}, []int64{1, 2}, false, 8},
		"before several":         {storage.Query{Max: 9, Before: []string{"6", "3"}}, []int64{1, 2}, true, 8},
		"between":                {storage.Query{Max: 9, After: []string{"2"}, Before: []string{"5"}}, []int64{3, 4}, true, 8},
		"between, the wrong way": {storage.Query{Max: 9, After: []string{"5"}, Before: []string{"2"}}, nil, true, 8},

		"nick":             {storage.Query{Max: 9, Nick: "nurse"}, []int64{2, 5, 6}, true, 3},
		"nick, page":       {storage.Query{Max: 1, Nick: "nurse", After: []string{"2"}}, []int64{5}, false, 3},
		"nick is exact":    {storage.Query{Max: 9, Nick: "Nurse"}, nil, true, 0},
		"author":           {storage.Query{Max: 9, Author: "nurse@capulet.example"}, []int64{2, 5, 6}, true, 3},
		"author, backward": {storage.Query{Max: 2, Author: juliet, Backward: true}, []int64{7, 8}, false, 5},
		"resource":         {storage.Query{Max: 9, Author: "nurse@capulet.example/balcony"}, []int64{2, 5, 6}, true, 3},
		"another resource": {storage.Query{Max: 9, Author: "nurse@capulet.example/balc"}, nil, true, 0},
		"author, open":     {storage.Query{Max: 9, Author: "nurse@capulet.example", Open: true}, []int64{5}, true, 1},
		"author and nick":  {storage.Query{Max: 9, Author: juliet, Nick: "nurse"}, nil, true, 0},

		"start":              {storage.Query{Max: 2, Start: minute(20)}, []int64{3, 6}, false, 3},
		"start, to the end":  {storage.Query{Max: 3, Start: minute(20)}, []int64{3, 6, 8}, true, 3},
		"start, backward":    {storage.Query{Max: 2, Start: minute(12), Backward: true}, []int64{6, 8}, false, 5},
		"end":                {storage.Query{Max: 3, End: minute(12)}, []int64{1, 2, 4}, false, 4},
		"end, with the late": {storage.Query{Max: 4, End: minute(12)}, []int64{1, 2, 4, 7}, true, 4},
		"end, backward":      {storage.Query{Max: 2, End: minute(12), Backward: true}, []int64{4, 7}, false, 4},
		"start and end":      {storage.Query{Max: 9, Start: minute(11), End: minute(12)}, []int64{2, 4, 7}, true, 3},
		"end and nick":       {storage.Query{Max: 9, End: minute(12), Nick: "juliet"}, []int64{1, 4, 7}, true, 3},
		"end and author":     {storage.Query{Max: 9, End: minute(12), Author: juliet}, []int64{1, 4, 7}, true, 3},
		"end and after":      {storage.Query{Max: 9, End: minute(12), After: []string{"4"}}, []int64{7}, true, 4},
		"end and before":     {storage.Query{Max: 9, End: minute(12), Before: []string{"6"}}, []int64{1, 2, 4}, true, 4},
		"nothing in between": {storage.Query{Max: 9, Start: minute(14), End: minute(19)}, nil, true, 0},

		"ids":           {storage.Query{Max: 9, IDs: []string{"7", "2", "2"}}, []int64{2, 7}, true, 2},
		"ids, page":     {storage.Query{Max: 1, IDs: []string{"7", "2"}, Backward: true}, []int64{7}, false, 2},
		"ids and nick":  {storage.Query{Max: 9, IDs: []string{"7", "2"}, Nick: "nurse"}, []int64{2}, true, 1},
		"ids and end":   {storage.Query{Max: 9, IDs: []string{"7", "3"}, End: minute(12)}, []int64{7}, true, 1},
		"ids and after": {storage.Query{Max: 9, IDs: []string{"7", "3"}, After: []string{"3"}}, []int64{7}, true, 2},
	} {
		c.q.Room = den
		var want []storage.Event
		for _, seq := range c.want {
			want = append(want, log[seq-1])
		}
		equal(t, what, archive(t, s, c.q), &storage.Page{Events: want, Complete: c.complete})
		c.q.Count = true
		equal(t, what+", counted", archive(t, s, c.q), &storage.Page{Events: want, Complete: c.complete, Total: c.total})
	}
}

// archiveTimes: a time is compared by the millisecond, and none is too far away.
func archiveTimes(t *testing.T, s storage.Store) {
	const den = "den@muc.example"
	noon := time.Date(2026, 5, 1, 12, 0, 0, 123_000_000, time.UTC)
	event := said(den, 1)
	event.At = noon.UnixMilli()<<16 | 7
	commit(t, s, newRoom(den), storage.AppendEvent{Event: event})
	for _, c := range []struct {
		start, end time.Time
		want       int
	}{
		{start: noon, end: noon, want: 1},
		{start: noon.Add(999 * time.Microsecond), want: 1},
		{start: noon.Add(time.Millisecond)},
		{end: noon.Add(-time.Microsecond)},
		{end: noon.Add(time.Microsecond), want: 1},
		{start: noon.In(time.FixedZone("", 3600)), want: 1},
		{start: time.Date(1, 1, 1, 0, 0, 1, 0, time.UTC), end: time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), want: 1},
		{start: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)},
		{end: time.Date(1, 1, 1, 0, 0, 1, 0, time.UTC)},
		{start: noon.Add(time.Hour), end: noon.Add(-time.Hour)},
	} {
		page := archive(t, s, storage.Query{Room: den, Start: c.start, End: c.end, Max: 2, Count: true})
		if len(page.Events) != c.want || page.Total != c.want || !page.Complete {
			t.Errorf("from %v to %v: %+v, want %d", c.start, c.end, page, c.want)
		}
	}
}

func archiveUnknownID(t *testing.T, s storage.Store) {
	const den, attic = "den@muc.example", "attic@muc.example"
	commit(t, s, append([]storage.Change{newRoom(den), newRoom(attic)}, appended(said(den, 1), said(attic, 1))...)...)
	here, elsewhere := said(den, 1).StanzaID, said(attic, 1).StanzaID
	for _, room := range []string{den, "nowhere@muc.example"} {
		for _, id := range []string{"", "x", elsewhere, "nul\x00", "\xff"} {
			for _, q := range []storage.Query{
				{After: []string{here, id}}, {Before: []string{id}}, {IDs: []string{here, id}},
				{After: []string{here}, Before: []string{here}, IDs: []string{id}},
				{IDs: []string{id}, Nick: "nobody", Start: time.Unix(1<<40, 0)},
			} {
				q.Room, q.Max = room, 5
				if page, err := s.Archive(t.Context(), q); page != nil || !errors.Is(err, storage.ErrNoEvent) {
					t.Errorf("Archive(%+v) = %v, %v, want ErrNoEvent", q, page, err)
				}
			}
		}
	}
	for _, q := range []storage.Query{
		{Room: "nowhere@muc.example"}, {Room: "nul\x00", Start: time.Unix(0, 0), End: time.Unix(1, 0)},
		{Room: den, Nick: "nul\x00"}, {Room: den, Author: "\xff", After: []string{here}},
	} {
		q.Max, q.Count = 5, true
		equal(t, "what is nowhere", archive(t, s, q), &storage.Page{Complete: true})
	}
}

// archiveEachPageOnce: whoever goes through a log page by page, in either direction, is shown all that matches, once.
func archiveEachPageOnce(t *testing.T, s storage.Store) {
	const den = "den@muc.example"
	ctx := context.Background()
	rapid.Check(t, func(rt *rapid.T) {
		var log []storage.Event
		batch := []storage.Change{storage.DeleteRoom{JID: den}, newRoom(den)}
		for seq := range int64(rapid.IntRange(0, 40).Draw(rt, "events")) {
			e := said(den, seq+1)
			e.At, e.Nick, e.Author = drawClock(rt), rapid.SampledFrom([]string{"", "x", "é"}).Draw(rt, "nick"), drawAuthor(rt)
			e.Open = rapid.Bool().Draw(rt, "open")
			log, batch = append(log, e), append(batch, storage.AppendEvent{Event: e})
		}
		if err := s.Commit(ctx, batch); err != nil {
			rt.Fatal(err)
		}
		q := drawFilter(rt)
		q.Room, q.Max, q.Backward = den, rapid.IntRange(1, 7).Draw(rt, "max"), rapid.Bool().Draw(rt, "backward")
		var want, got []storage.Event
		for _, e := range log {
			if asked(e, q) {
				want = append(want, e)
			}
		}
		for more := true; more; {
			page, err := s.Archive(ctx, q)
			if err != nil {
				rt.Fatal(err)
			}
			switch more = !page.Complete; {
			case more && len(page.Events) != q.Max:
				rt.Fatalf("there is more than a page of %d", len(page.Events))
			case len(page.Events) == 0:
			case q.Backward:
				got, q.Before = append(page.Events, got...), []string{page.Events[0].StanzaID}
			default:
				got, q.After = append(got, page.Events...), []string{page.Events[len(page.Events)-1].StanzaID}
			}
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			rt.Fatalf("%+v (-want +got):\n%s", q, diff)
		}
	})
}

// archiveWhileAppending: whoever asks for what came after the last event that he has misses none, although several
// write to the log at once.
func archiveWhileAppending(t *testing.T, s storage.Store) {
	const writers, each = 4, 50
	const den = "den@muc.example"
	commit(t, s, newRoom(den))
	var writing sync.WaitGroup
	for w := range writers {
		writing.Go(func() {
			for n := range int64(each) {
				e := said(den, n+1)
				e.Origin = fmt.Sprint(w)
				e.StanzaID = fmt.Sprint(w, " ", n)
				if err := s.Commit(t.Context(), []storage.Change{storage.AppendEvent{Event: e}}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { writing.Wait(); close(done) }()

	q := storage.Query{Room: den, Max: 5}
	var got []string
	for last := false; ; {
		page := archive(t, s, q)
		for _, e := range page.Events {
			got = append(got, e.StanzaID)
			q.After = []string{e.StanzaID}
		}
		if last && page.Complete {
			break
		}
		select {
		case <-done:
			last = true
		default:
		}
	}
	var want []string
	for _, e := range load(t, s, den, writers*each).History {
		want = append(want, e.StanzaID)
	}
	equal(t, "ids", got, want)
	if slices.Sort(got); len(slices.Compact(got)) != writers*each {
		t.Errorf("%d events, want %d", len(got), writers*each)
	}
}
