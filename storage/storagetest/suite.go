// Package storagetest is one suite for every storage driver.
package storagetest

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"isthmus/storage"
)

// suite is what every driver has to pass, each on an empty store.
var suite = []struct {
	name string
	test func(*testing.T, storage.Store)
}{
	{"MissingRoom", missingRoom},
	{"RoundTrip", roundTrip},
	{"RoundTripOfEachField", roundTripOfEachField},
	{"RoundTripOfNothing", roundTripOfNothing},
	{"SaveReplacesTheRoomOnly", saveReplacesTheRoomOnly},
	{"NothingIsShared", nothingIsShared},
	{"S1BatchInOrder", batchInOrder},
	{"S1BatchWholeOrNotAtAll", batchWholeOrNotAtAll},
	{"S1EmptyBatch", emptyBatch},
	{"S2OneEventAKey", oneEventAKey},
	{"S3SameEventAgain", sameEventAgain},
	{"S3RetractedAgain", retractedAgain},
	{"S3RefusedText", refusedText},
	{"S3MissingRoomRefused", missingRoomRefused},
	{"DeleteRoom", deleteRoom},
	{"Tombstone", tombstone},
	{"History", history},
	{"HistoryOfManyInOneBatch", historyOfMany},
	{"LastSeqAndLastAt", lastSeqAndLastAt},
	{"Seen", seen},
	{"Known", known},
	{"ArchiveOfAnAuthor", archiveOfAuthor},
	{"PublicAndRooms", public},
	{"Owned", owned},
	{"AffiliationNone", affiliationNone},
	{"NickKeys", nickKeys},
	{"Belongings", belongings},
	{"Links", links},
	{"ListOfLinks", listOfLinks},
	{"Backlogs", backlogs},
	{"LongBacklog", longBacklog},
	{"Sessions", sessions},
	{"Talks", talks},
	{"Proposals", proposals},
	{"Retract", retract},
	{"Archive", archivePages},
	{"ArchiveTimes", archiveTimes},
	{"ArchiveUnknownID", archiveUnknownID},
	{"ArchiveEachPageOnce", archiveEachPageOnce},
	{"S4ArchiveWhileAppending", archiveWhileAppending},
	{"Trim", trim},
	{"TrimMuch", trimMuch},
	{"Resume", resume},
	{"Concurrent", concurrent},
	{"Cancelled", cancelled},
	{"Closed", closed},
	{"Model", model},
}

// Run runs the suite. Every call of open has to return an empty store and see to its end (t.Cleanup); closing it twice
// must do no harm.
func Run(t *testing.T, open func(t *testing.T) storage.Store) {
	for _, c := range suite {
		t.Run(c.name, func(t *testing.T) { c.test(t, open(t)) })
	}
}

func commit(t *testing.T, s storage.Store, batch ...storage.Change) {
	t.Helper()
	if err := s.Commit(t.Context(), batch); err != nil {
		t.Fatalf("Commit: %v", err)
	}
}

func refused(t *testing.T, s storage.Store, batch ...storage.Change) {
	t.Helper()
	if err := s.Commit(t.Context(), batch); !errors.Is(err, storage.ErrRejected) {
		t.Fatalf("Commit = %v, want ErrRejected", err)
	}
}

func load(t *testing.T, s storage.Store, jid string, history int) *storage.Room {
	t.Helper()
	r, err := s.Load(t.Context(), jid, history)
	if err != nil {
		t.Fatalf("Load(%q): %v", jid, err)
	}
	return r
}

func archive(t *testing.T, s storage.Store, q storage.Query) *storage.Page {
	t.Helper()
	page, err := s.Archive(t.Context(), q)
	if err != nil {
		t.Fatalf("Archive(%+v): %v", q, err)
	}
	return page
}

func missing(t *testing.T, s storage.Store, jid string) {
	t.Helper()
	if r, err := s.Load(t.Context(), jid, 10); r != nil || !errors.Is(err, storage.ErrNotFound) {
		t.Fatalf("Load(%q) = %v, %v, want ErrNotFound", jid, r, err)
	}
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if reflect.DeepEqual(got, want) {
		return // cmp is slow on long lists
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}

func missingRoom(t *testing.T, s storage.Store) {
	missing(t, s, "den@muc.example")
	missing(t, s, "")
	missing(t, s, "no\x00where@muc.example")
	if err := s.Ping(t.Context()); err != nil {
		t.Fatalf("Ping: %v", err)
	}
}

func cancelled(t *testing.T, s storage.Store) {
	commit(t, s, newRoom("den@muc.example"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	_, loading := s.Load(ctx, "den@muc.example", 1)
	_, _, listing := s.Public(ctx, "", 1)
	_, _, all := s.Rooms(ctx, "", 1)
	_, waking := s.Unfinished(ctx, "", 1)
	_, counting := s.Owned(ctx, "")
	_, _, linking := s.Links(ctx, "", 1)
	_, waiting := s.Backlogs(ctx, nil)
	_, paging := s.Archive(ctx, storage.Query{Room: "den@muc.example", Max: 1})
	for what, err := range map[string]error{
		"Commit":     s.Commit(ctx, []storage.Change{newRoom("attic@muc.example")}),
		"Load":       loading,
		"Public":     listing,
		"Rooms":      all,
		"Unfinished": waking,
		"Owned":      counting,
		"Links":      linking,
		"Backlogs":   waiting,
		"Archive":    paging,
		"Ping":       s.Ping(ctx),
	} {
		if !errors.Is(err, context.Canceled) || errors.Is(err, storage.ErrRejected) {
			t.Errorf("%s = %v, want context.Canceled", what, err)
		}
	}
	missing(t, s, "attic@muc.example")
}

func closed(t *testing.T, s storage.Store) {
	if err := s.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
	_, loading := s.Load(t.Context(), "den@muc.example", 1)
	_, _, listing := s.Public(t.Context(), "", 1)
	_, _, all := s.Rooms(t.Context(), "", 1)
	_, waking := s.Unfinished(t.Context(), "", 1)
	_, counting := s.Owned(t.Context(), "")
	_, _, linking := s.Links(t.Context(), "", 1)
	_, waiting := s.Backlogs(t.Context(), nil)
	_, paging := s.Archive(t.Context(), storage.Query{Room: "den@muc.example", Max: 1})
	for what, err := range map[string]error{
		"Commit":     s.Commit(t.Context(), []storage.Change{newRoom("den@muc.example")}),
		"Load":       loading,
		"Public":     listing,
		"Rooms":      all,
		"Unfinished": waking,
		"Owned":      counting,
		"Links":      linking,
		"Backlogs":   waiting,
		"Archive":    paging,
		"Ping":       s.Ping(t.Context()),
	} {
		if err == nil || errors.Is(err, storage.ErrRejected) || errors.Is(err, storage.ErrNotFound) {
			t.Errorf("%s = %v, want a passing error", what, err)
		}
	}
}
