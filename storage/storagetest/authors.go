package storagetest

import (
	"fmt"
	"slices"
	"testing"

	"isthmus/storage"
)

// archiveOfAuthor: a bare address finds what all its resources have said, a full one what it has said itself; of either,
// what was said while the room was non-anonymous can be asked for alone.
func archiveOfAuthor(t *testing.T, s storage.Store) {
	const den = "den@muc.example"
	commit(t, s, newRoom(den))
	for i, author := range []string{"a@d/x", "a@d/y", "a@d", "b@d/x", "a@d/x", ""} {
		e := said(den, int64(i+1))
		e.StanzaID, e.Author, e.Open = fmt.Sprint(i), author, i%2 == 0
		commit(t, s, storage.AppendEvent{Event: e})
	}
	for _, c := range []struct {
		author string
		open   bool
		want   []string
	}{
		{"a@d", false, []string{"0", "1", "2", "4"}},
		{"a@d", true, []string{"0", "2", "4"}},
		{"a@d/x", false, []string{"0", "4"}},
		{"a@d/y", false, []string{"1"}},
		{"a@d/y", true, nil},
		{"a@d/z", false, nil},
		{"", true, []string{"0", "2", "4"}},
	} {
		for _, backward := range []bool{false, true} {
			q := storage.Query{Room: den, Author: c.author, Open: c.open, Max: 10, Backward: backward, Count: true}
			page, err := s.Archive(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range page.Events {
				got = append(got, e.StanzaID)
			}
			if !slices.Equal(got, c.want) || page.Total != len(c.want) {
				t.Errorf("%+v: got %v of %d, want %v", q, got, page.Total, c.want)
			}
		}
	}
}
