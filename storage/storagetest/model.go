package storagetest

import (
	"context"
	"errors"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"isthmus/storage"
)

// model commits random batches to a store and to the simplest thing that could be right, and compares every load.
// Each driver that passes therefore gives the same loads.
func model(t *testing.T, s storage.Store) {
	ctx := context.Background() // rapid goes on in its own goroutines; t.Context would do no better
	rapid.Check(t, func(rt *rapid.T) {
		if err := s.Commit(ctx, emptyAll()); err != nil {
			rt.Fatal(err)
		}
		want := rooms{}
		for range rapid.IntRange(1, 6).Draw(rt, "batches") {
			batch := rapid.SliceOfN(changes, 0, 8).Draw(rt, "batch")
			next, ok := want.with(batch)
			switch err := s.Commit(ctx, batch); {
			case ok && err != nil:
				rt.Fatalf("Commit: %v", err)
			case !ok && !errors.Is(err, storage.ErrRejected):
				rt.Fatalf("Commit = %v, want ErrRejected", err)
			case ok:
				want = next
			}
			compare(ctx, rt, s, want)
		}
	})
}

func compare(ctx context.Context, rt *rapid.T, s storage.Store, want rooms) {
	history := rapid.IntRange(-1, 4).Draw(rt, "history")
	for _, jid := range jids {
		got, err := s.Load(ctx, jid, history)
		if errors.Is(err, storage.ErrNotFound) {
			got, err = nil, nil
		}
		if diff := gocmp.Diff(want.load(jid, history), got); diff != "" || err != nil {
			rt.Fatalf("%s: %v (-want +got):\n%s", jid, err, diff)
		}
	}
	for what, c := range map[string]struct {
		list   func(context.Context, string, int) ([]storage.Listed, int, error)
		listed func(storage.RoomRecord) bool
	}{
		"Public": {s.Public, func(r storage.RoomRecord) bool { return r.Config.Public && !r.Locked }},
		"Rooms":  {s.Rooms, func(storage.RoomRecord) bool { return true }},
	} {
		list, total, err := c.list(ctx, jids[0], 1)
		wantList, wantTotal := want.list(jids[0], 1, c.listed)
		if diff := gocmp.Diff(wantList, list); diff != "" || total != wantTotal || err != nil {
			rt.Fatalf("%s: %d, %v, want %d (-want +got):\n%s", what, total, err, wantTotal, diff)
		}
	}
	for _, creator := range []string{"", "x"} {
		if n, err := s.Owned(ctx, creator); n != want.owned(creator) || err != nil {
			rt.Fatalf("Owned(%q) = %d, %v, want %d", creator, n, err, want.owned(creator))
		}
	}
	unfinished, err := s.Unfinished(ctx, "", len(jids))
	if diff := gocmp.Diff(want.unfinished(), unfinished); diff != "" || err != nil {
		rt.Fatalf("Unfinished: %v (-want +got):\n%s", err, diff)
	}
	q := drawQuery(rt)
	page, err := s.Archive(ctx, q)
	wantPage, ok := want.archive(q)
	if ok != (err == nil) || !ok && !errors.Is(err, storage.ErrNoEvent) {
		rt.Fatalf("Archive(%+v): %v, want %v", q, err, wantPage)
	}
	if diff := gocmp.Diff(wantPage, page); diff != "" {
		rt.Fatalf("Archive(%+v) (-want +got):\n%s", q, diff)
	}
}
