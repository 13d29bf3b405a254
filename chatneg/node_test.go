package chatneg

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"isthmus/component/stanza"
)

var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

func link() (joiner, joined *Node) {
	names := [2]string{"elsinore@talk.denmark.lit", "rabbithole@rooms.wonderland.lit"}
	return &Node{Names: names, Me: A}, &Node{Names: names, Me: B}
}

func wishes(mode ...string) Wishes {
	return Wishes{
		Mode: mode, Traffic: {"full", "roster", "none"}, History: {"50"}, Keepalive: {"600"},
		Anonymity: {"false"}, Logging: {May, MustNot},
	}
}

// exchange carries what is said between the ends until nobody has anything to say, and counts it.
func exchange(t *testing.T, say *Say, from, to *Node, wf, wt Wishes) (n int) {
	t.Helper()
	for ; say != nil; n++ {
		say = to.Hear(wt, carried(t, say), noon)
		from, to, wf, wt = to, from, wt, wf
	}
	return n
}

// carried is what the other end reads of what one says.
func carried(t *testing.T, say *Say) *Message {
	t.Helper()
	env := stanza.Envelope{Kind: stanza.Message, Type: say.Type, ID: say.ID, From: "a@b"}
	st, err := stanza.Parse(env.Render(say.Payload).To("c@d"))
	if err != nil {
		t.Fatal(err)
	}
	m, refused := Read(st)
	if refused != nil {
		t.Fatal(refused)
	}
	return m
}

// TestNodesAgree: three messages beside the join, and both ends know the same; the next time they know it before.
func TestNodesAgree(t *testing.T) {
	a, b := link()
	wa, wb := wishes("master-slave", "master-master"), wishes("master-master")
	wb[Traffic], wb[Keepalive], wb[History] = []string{"roster"}, []string{"900"}, []string{"20"}
	if n := exchange(t, a.Offer(wa, "t1", time.Second, noon), a, b, wa, wb); n != 3 {
		t.Errorf("%d messages", n)
	}
	want := Params{
		Mode: "master-master", Traffic: "roster", History: "20", Keepalive: "900", Anonymity: "false", Logging: May,
	}
	if !reflect.DeepEqual(a.Terms(), want) || !reflect.DeepEqual(b.Terms(), want) {
		t.Errorf("agreed on\n%v\n%v", a.Terms(), b.Terms())
	}
	for _, n := range []*Node{a, b} {
		text, _ := json.Marshal(n)
		var back Node
		if err := json.Unmarshal(text, &back); err != nil || !reflect.DeepEqual(back.Terms(), want) || back.Ticket != "t1" {
			t.Errorf("%v: a restart forgets the terms: %s", err, text)
		}
	}
	if say := a.Offer(wa, "t2", time.Second, noon); say != nil {
		t.Error("what is agreed is offered again")
	}
}

// TestNodesDisagree: ends that want another mode have no link, and each can say why.
func TestNodesDisagree(t *testing.T) {
	a, b := link()
	exchange(t, a.Offer(wishes("master-slave"), "t", 0, noon), a, b, wishes("master-slave"), wishes("master-master"))
	if a.Refused == "" || b.Refused == "" || a.Terms() != nil || b.Terms() != nil || noon.Before(a.Plain) {
		t.Errorf("%+v\n%+v", a, b)
	}
}

// TestNodeAsksLater: a live link gets other terms, or keeps those that it has; it is never without.
func TestNodeAsksLater(t *testing.T) {
	a, b := link()
	w := wishes("master-master")
	exchange(t, a.Offer(w, "t", 0, noon), a, b, w, w)
	exchange(t, b.Ask(Wishes{Traffic: {"none"}}, "ask1", noon), b, a, w, w)
	if a.Terms()[Traffic] != "none" || b.Terms()[Traffic] != "none" || a.Terms()[Keepalive] != "600" || a.Agreed[Traffic] != "none" {
		t.Errorf("%v, %v", a.Terms(), b.Terms())
	}
	strict := wishes("master-master")
	strict[Logging] = []string{May}
	ask := Wishes{Mode: {"master-slave"}}
	exchange(t, a.Ask(ask, "ask2", noon), a, b, w, strict)
	if a.Terms()[Mode] != "master-master" || b.Terms()[Mode] != "master-master" || a.Refused != "" || b.Refused != "" {
		t.Errorf("%+v\n%+v", a, b)
	}
	say := a.Ask(Wishes{Traffic: {"full"}}, "ask3", noon)
	a.Tick(noon.Add(time.Minute))
	if say == nil || a.Terms()[Traffic] != "none" || !a.Plain.IsZero() {
		t.Errorf("a request without an answer has changed %v", a.Terms())
	}
}

// TestNodeEnds: the end of a session is plain mode, not the end of the link; nobody is taken for one who cannot negotiate.
func TestNodeEnds(t *testing.T) {
	a, b := link()
	w := wishes("master-master")
	exchange(t, a.Offer(w, "t", 0, noon), a, b, w, w)
	bye := &Say{Payload: a.Session.Write(Terminate, "", "", nil)}
	a.Session.Take(A, &Message{Kind: Terminate}, noon)
	a.Agreed = nil
	exchange(t, bye, a, b, w, w)
	if a.Terms() != nil || b.Terms() != nil || b.Refused != "" || !b.Plain.IsZero() {
		t.Errorf("%+v\n%+v", a, b)
	}
	if n := exchange(t, a.Offer(w, "t2", 0, noon), a, b, w, w); n != 3 || b.Terms() == nil {
		t.Errorf("%d messages, and %v", n, b.Terms())
	}
}

// TestPlainPeer: who does not negotiate is asked once a day, unless its version is another or the operator says so.
func TestPlainPeer(t *testing.T) {
	const noFeature = "<error type='modify'><not-acceptable xmlns='" + nsStanzas + "'/>" +
		"<text xmlns='" + nsStanzas + "'>You are not in the room.</text></error>"
	for how, silent := range map[string]bool{"silent": true, "answers with an error": false} {
		a, _ := link()
		w := wishes("master-master")
		asked, now := 0, noon
		for step := range 24 * 60 * 2 { // two days, a join a minute
			if say := a.Offer(w, fmt.Sprint("t", step), 6*time.Second, now); say != nil {
				asked++
				if !silent {
					a.Hear(w, carried(t, &Say{Type: "error", ID: say.ID, Payload: []byte(noFeature)}), now)
				}
			}
			now = now.Add(time.Minute)
			a.Tick(now)
			if a.Terms() != nil || a.Refused != "" {
				t.Fatalf("a peer that is %s: %+v", how, a)
			}
		}
		if asked != 2 {
			t.Errorf("a peer that is %s was asked %d times in two days", how, asked)
		}
		a.Can("another")
		if say := a.Offer(w, "new", 0, now); say == nil {
			t.Error("a peer of another version is not asked")
		}
		a.Session = nil
		a.plain(now)
		a.Forget()
		if say := a.Offer(w, "again", 0, now); say == nil {
			t.Error("a peer that was forgotten is not asked")
		}
	}
}

// TestPatience: an offer waits two round trips, ten seconds at least and a minute at most.
func TestPatience(t *testing.T) {
	for rtt, want := range map[time.Duration]time.Duration{
		0: 10 * time.Second, 12 * time.Second: 24 * time.Second, time.Hour: time.Minute,
	} {
		a, _ := link()
		a.Offer(wishes("master-master"), "t", rtt, noon)
		if got := a.Session.Due.Sub(noon); got != want {
			t.Errorf("at %s it waits %s", rtt, got)
		}
	}
}
