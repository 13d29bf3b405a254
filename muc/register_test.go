package muc

import (
	"fmt"
	"testing"
	"time"

	"isthmus/component/stanza"
)

// submission is a user's registration under a nick.
func submission(t *testing.T, user, nick string) Event {
	t.Helper()
	st, err := stanza.Parse([]byte("<iq from='" + user + "' to='" + testRoom +
		"' type='set' id='r'><query xmlns='jabber:iq:register'><username>" + nick + "</username></query></iq>"))
	if err != nil {
		t.Fatal(err)
	}
	return Event{At: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Stanza: st}
}

// outcome is the error that a room answers, "" if it takes what it was sent.
func outcome(t *testing.T, r *Room, ev Event) string {
	t.Helper()
	effects := r.Handle(ev)
	for _, e := range effects {
		if s, ok := e.(Send); ok && s.To[0] == ev.Stanza.From.Addr() {
			st, err := stanza.Parse(s.Out.To(s.To[0]))
			if err != nil {
				t.Fatal(err)
			}
			if !st.IsError() {
				return ""
			}
			return st.Child("", "error").Children()[0].Name.Local
		}
	}
	t.Fatal("no answer")
	return ""
}

func testOpen(c Config) *Room {
	s := &Settings{Service: "muc.example", MaxNick: 64, Defaults: c}
	return Open(s, stanza.MustJID(testRoom), Birth{}, &Stored{
		Record:       Record{JID: testRoom, Epoch: 1, Config: c, Created: time.Unix(0, 0)},
		Affiliations: []AffiliationRecord{{JID: "alice@a.example", Affiliation: "owner"}},
	})
}

// A room keeps only so many requests; who has asked already may replace his.
func TestRequestsAreBounded(t *testing.T) {
	c := DefaultConfig()
	c.MembersOnly = true
	r := testOpen(c)
	for i := range mostRequests {
		if got := outcome(t, r, submission(t, fmt.Sprintf("u%d@b.example/x", i), fmt.Sprintf("nick%d", i))); got != "" {
			t.Fatal(i, got)
		}
	}
	if got := outcome(t, r, submission(t, "bob@b.example/x", "Bob")); got != "resource-constraint" {
		t.Fatal("one too many:", got)
	}
	if got := outcome(t, r, submission(t, "u7@b.example/x", "other")); got != "" || r.request("u7@b.example").Nick != "other" {
		t.Fatal("a replacement:", got)
	}
	if len(r.requests) != mostRequests {
		t.Fatal(len(r.requests))
	}
}

// A room has only so many affiliations that users have made themselves; who is on a list may still register a nick.
func TestMembersAreBounded(t *testing.T) {
	r := testOpen(DefaultConfig())
	for i := range mostListed {
		user := fmt.Sprintf("u%d@b.example", i)
		r.affils[user] = AffiliationRecord{JID: user, Affiliation: "member"}
	}
	if got := outcome(t, r, submission(t, "bob@b.example/x", "Bob")); got != "resource-constraint" {
		t.Fatal("one too many:", got)
	}
	if got := outcome(t, r, submission(t, "u7@b.example/x", "Seven")); got != "" || r.affils["u7@b.example"].Nick != "Seven" {
		t.Fatal("a member:", got)
	}
}
