package fmuc_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"isthmus/component/stanza"
	"isthmus/fmuc"
	"isthmus/muc"
	"isthmus/muc/muctest"
)

var (
	ourRoom = stanza.MustJID("den@muc.example")
	theirs  = stanza.MustJID("rabbithole@far.example")
)

func config(inbound bool) fmuc.Config {
	return fmuc.Config{
		LinkConfig: muc.LinkConfig{
			JoinTimeout: patience, Retry: patience, Grace: patience,
			Mode: muc.MasterMaster, Presence: muc.PresenceFull, Dialect: muc.DialectPlain, Transit: true,
		},
		Room: ourRoom, Peer: theirs, Inbound: inbound, MaxHistory: history,
	}
}

func fromPeer(t testing.TB, format string, args ...any) *stanza.Stanza {
	t.Helper()
	st, err := stanza.Parse([]byte(strings.NewReplacer(
		"{muc}", "http://jabber.org/protocol/muc", "{user}", "http://jabber.org/protocol/muc#user",
		"{fmuc}", "http://isode.com/protocol/fmuc",
	).Replace(fmt.Sprintf(format, args...))))
	if err != nil {
		t.Fatal(err)
	}
	return st
}

const announcement = "<presence from='rabbithole@far.example/%[1]s' to='den@muc.example/%[1]s'><x xmlns='{muc}'/><x xmlns='{user}'/>" +
	"<fmuc xmlns='{fmuc}' from='%[1]s@far.example/pc'/></presence>"

// person is a user on our side.
func person(name string) muc.Person {
	return muc.Person{JID: stanza.MustJID(name + "@near.example/pc"), Nick: name, Affiliation: muc.None, Role: muc.Participant}
}

// up is a link that has been joined.
func up(t testing.TB, inbound bool) *fmuc.Link {
	l := fmuc.New(config(inbound))
	if inbound {
		l.Handle(fmuc.Event{At: muctest.Start, Stanza: fromPeer(t, announcement, "first")})
		l.Handle(fmuc.Event{At: muctest.Start, Fact: muc.State{Occupants: []muc.Entered{{Person: person("ann")}}}})
	} else {
		l.Handle(fmuc.Event{At: muctest.Start, Fact: muc.Entered{Person: person("ann")}})
		l.Handle(fmuc.Event{At: muctest.Start, Fact: muc.State{Occupants: []muc.Entered{{Person: person("ann")}}}})
		l.Handle(fmuc.Event{At: muctest.Start, Stanza: fromPeer(t, "<message type='groupchat' from='rabbithole@far.example'"+
			" to='den@muc.example'><subject>s</subject><fmuc xmlns='{fmuc}' from='rabbithole@far.example'/></message>")})
	}
	l.Handle(fmuc.Event{At: muctest.Start, Fact: muc.Told{Turn: 1, Complete: true}})
	if l.State() != "up" {
		t.Fatalf("the link is %s", l.State())
	}
	return l
}

func sends(list []fmuc.Effect) (n int) {
	for _, e := range list {
		if _, ok := e.(fmuc.Send); ok {
			n++
		}
	}
	return n
}

// F9: too many people on either side are neither announced nor shown, what they say does not cross, and the log is told so.
func TestCrowdIsBounded(t *testing.T) {
	const crowd = 10_000
	for _, inbound := range []bool{false, true} {
		l := up(t, inbound)
		told, notes := 0, 0
		for i := range crowd + 100 { // the last of them only wait for room
			now := muctest.Start.Add(time.Duration(max(i-crowd, 0)) * patience)
			list := l.Handle(fmuc.Event{At: now, Wake: true})
			if i < crowd+10 {
				list = append(list, l.Handle(fmuc.Event{At: now, Stanza: fromPeer(t, announcement, "p"+strconv.Itoa(i))})...)
				list = append(list, l.Handle(fmuc.Event{At: now, Fact: muc.Entered{Person: person("n" + strconv.Itoa(i))}})...)
			}
			for _, e := range list {
				switch e.(type) {
				case fmuc.Tell, fmuc.Send:
					told++
				case fmuc.Note:
					notes++
				}
			}
		}
		want := 2*crowd - 1 // one of ours is in already
		if inbound {
			want-- // and one of theirs
		}
		if told != want || notes < 2 {
			t.Errorf("inbound %v: %d announced and shown, want %d; %d notes", inbound, told, want, notes)
		}
		late := l.Handle(fmuc.Event{At: muctest.Start.Add(time.Hour), Fact: muc.Said{Person: person("n" + strconv.Itoa(crowd+5)), ID: "1"}})
		if sends(late) != 0 {
			t.Error("somebody who was not announced has spoken")
		}
	}
}

// A limit of characters keeps the newest whole messages, and the subject in any case.
func TestHistoryWithinCharacters(t *testing.T) {
	var st muc.State
	for i := range 10 {
		st.History = append(st.History, muc.Said{
			Person: person("ann"), ID: strconv.Itoa(i), Payload: []byte("<body>" + strings.Repeat("x", 100) + "</body>"), At: muctest.Start,
		})
	}
	for chars, want := range map[int]int{0: 0, 1000: 2, 1_000_000: 10} {
		l := fmuc.New(config(true))
		list := l.Handle(fmuc.Event{At: muctest.Start, Stanza: fromPeer(t, "<presence from='rabbithole@far.example/A' to='den@muc.example/A'>"+
			"<x xmlns='{muc}'><history maxchars='%d' since='2025-01-01T00:00:00Z' seconds='7'/></x><x xmlns='{user}'/>"+
			"<fmuc xmlns='{fmuc}' from='a@far.example/pc'/></presence>", chars)})
		limits := muc.Limits{MaxChars: -1, MaxStanzas: history, Seconds: 7, Since: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)}
		if list[0] != (fmuc.Effect)(fmuc.Tell{Fact: muc.Asked{History: limits}}) {
			t.Errorf("asked for %+v", list[0])
		}
		if got := sends(l.Handle(fmuc.Event{At: muctest.Start, Fact: st})) - 1; got != want {
			t.Errorf("%d messages within %d characters, want %d", got, chars, want)
		}
	}
}

// Somebody with one client in both rooms is announced when the other room has let go of him.
func TestSameSessionOnBothSides(t *testing.T) {
	l := up(t, true)
	twin := muc.Person{JID: stanza.MustJID("first@far.example/pc"), Nick: "first", Affiliation: muc.None, Role: muc.Participant}
	if n := sends(l.Handle(fmuc.Event{Fact: muc.Entered{Person: twin}})); n != 0 {
		t.Error("the peer is told of its own user")
	}
	l.Handle(fmuc.Event{Stanza: fromPeer(t, announcement, "second")})
	const leave = "<presence type='unavailable' from='rabbithole@far.example/first' to='den@muc.example'>" +
		"<fmuc xmlns='{fmuc}' from='first@far.example/pc'/></presence>"
	if n := sends(l.Handle(fmuc.Event{Stanza: fromPeer(t, leave)})); n != 1 {
		t.Errorf("%d stanzas when the peer's session is gone, want 1", n)
	}
	if n := sends(l.Handle(fmuc.Event{Fact: muc.Said{Person: twin, ID: "1", StanzaID: "x.1", Payload: []byte("<body/>")}})); n != 1 {
		t.Errorf("%d stanzas for what he says, want 1", n)
	}
}

// What a link stores is never later than what it is sure to have heard: a request's own time, then the last stanza less
// the delay of the answer.
func TestSyncedAt(t *testing.T) {
	l := fmuc.New(config(false))
	at := muctest.Start
	l.Handle(fmuc.Event{At: at, Start: true})
	l.Handle(fmuc.Event{At: at, Fact: muc.State{Occupants: []muc.Entered{{Person: person("ann")}}}})
	subject := fromPeer(t, "<message type='groupchat' from='rabbithole@far.example' to='den@muc.example'><subject/>"+
		"<fmuc xmlns='{fmuc}' from='rabbithole@far.example'/></message>")
	check := func(list []fmuc.Effect, want time.Time) {
		t.Helper()
		i := slices.IndexFunc(list, func(e fmuc.Effect) bool { _, ok := e.(fmuc.Save); return ok })
		if i < 0 || !list[i].(fmuc.Save).SyncedAt.Equal(want) {
			t.Errorf("got %+v, want saved %v", list, want)
		}
	}
	check(l.Handle(fmuc.Event{At: at.Add(3 * time.Second), Stanza: subject}), at)
	l.Handle(fmuc.Event{At: at.Add(time.Hour), Stanza: fromPeer(t, announcement, "late")})
	check(l.Handle(fmuc.Event{At: at.Add(2 * time.Hour), Stop: "Enough."}), at.Add(time.Hour-3*time.Second))
}

// A plain client that pretends is told from a node.
func TestPosing(t *testing.T) {
	ours := func(domain string) bool { return domain == "near.example" }
	for mark, want := range map[string]bool{
		"": true, "from='@'": true, "from='rabbithole@far.example/x'": true, "from='ann@near.example/pc'": true,
		"from='bob@far.example/pc'": true, "from='bob@users.example/pc'": false,
	} {
		st := fromPeer(t, "<presence from='rabbithole@far.example/x' to='den@muc.example/x'><x xmlns='{muc}'/><x xmlns='{user}'/>"+
			"<fmuc xmlns='{fmuc}' %s/></presence>", mark)
		if got := fmuc.Posing(st, ours); got != want {
			t.Errorf("%q: %v", mark, got)
		}
	}
}

// Concerns finds the mark also in what came back inside an error.
func TestConcerns(t *testing.T) {
	for raw, want := range map[string]bool{
		"<message><fmuc xmlns='{fmuc}'/></message>":                             true,
		"<message type='error'><error><fmuc xmlns='{fmuc}'/></error></message>": true,
		"<message><body/></message>":                                            false,
		"<message><fmuc/></message>":                                            false,
	} {
		if got := fmuc.Concerns(fromPeer(t, "%s", raw)); got != want {
			t.Errorf("%s: %v", raw, got)
		}
	}
}

// F4: even if the room should say it, nothing about the peer's own users goes back to it but their removal, and nobody is
// asked to join twice.
func TestNothingGoesBack(t *testing.T) {
	for _, inbound := range []bool{false, true} {
		l := up(t, inbound)
		l.Handle(fmuc.Event{Stanza: fromPeer(t, announcement, "first")})
		p := muc.Person{JID: stanza.MustJID("first@far.example/pc"), Nick: "first"}
		later := muc.Said{Person: p, StanzaID: "x.3", At: muctest.Start, Payload: []byte("<body>So.</body>")}
		if list := l.Handle(fmuc.Event{At: muctest.Start, Fact: later}); !inbound && sends(list) == 0 { // the other is asked for everything
			t.Error("what came by another way, later, did not go")
		}
		for _, f := range []muc.Fact{
			muc.Changed{Person: p}, muc.Renamed{Person: p, NewNick: "x"}, muc.Said{Person: p, StanzaID: "x.1"},
			muc.Said{Person: p, StanzaID: "x.2", Subject: true}, muc.Said{Person: p}, muc.Left{Person: p},
		} {
			if n := sends(l.Handle(fmuc.Event{Fact: f})); n != 0 {
				t.Errorf("%T went back", f)
			}
		}
		if n := sends(l.Handle(fmuc.Event{Fact: muc.Left{Person: p, Code: 307}})); n != 1 {
			t.Error("his removal did not")
		}
		for _, e := range l.Handle(fmuc.Event{Fact: muc.Entered{Person: person("ann")}}) {
			if s, ok := e.(fmuc.Send); ok && strings.Contains(string(s.Out.Tail), "<x xmlns='http://jabber.org/protocol/muc'/>") {
				t.Errorf("announced twice: %s", s.Out.Tail)
			}
		}
	}
}
