package chatneg

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"isthmus/component/stanza"
)

const wholeChart = "testdata/chart"

// TestChart: N1. Every event at every phase, by whichever party, has the outcome that the file says, which was read against the
// figure of the XEP: nothing revives what has ended, and only an answer or a result changes what is in force.
func TestChart(t *testing.T) {
	var b strings.Builder
	for _, d := range []Dialect{TwoWay, ThreeWay} {
		for p := None; p <= Ended; p++ {
			for _, by := range []who{asker, other, nobody} {
				for k := Offer; k <= Gone; k++ {
					to, ok := follow(d, p, by, k)
					err := stray(d, p, k)
					switch {
					case p == Ended && to != Ended:
						t.Errorf("%s %s: what has ended revives", d, k)
					case ok && p == None && k != Offer:
						t.Errorf("%s %s begins a session", d, k)
					case (by == nobody) != (k == Timeout):
					case ok:
						fmt.Fprintf(&b, "%s %s: %s by %s -> %s\n", d, p, k, sides[by], to)
					case err != nil:
						fmt.Fprintf(&b, "%s %s: %s by %s is refused: %s\n", d, p, k, sides[by], err.Condition)
					default:
						fmt.Fprintf(&b, "%s %s: %s by %s is passed over\n", d, p, k, sides[by])
					}
				}
			}
		}
	}
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile(wholeChart, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(wholeChart)
	if err != nil || string(want) != b.String() {
		t.Errorf("the chart is another than %s (%v); -update writes it", wholeChart, err)
	}
}

var sides = map[who]string{asker: "who asked", other: "the other", nobody: "nobody"}

// TestArrows: no two arrows of the chart contradict each other, and each can be gone.
func TestArrows(t *testing.T) {
	for i, a := range chart {
		for _, b := range chart[:i] {
			if a.from == b.from && a.kind == b.kind && a.by&b.by != 0 && (a.in == 0 || b.in == 0 || a.in == b.in) {
				t.Errorf("two arrows from %s for %s", a.from, a.kind)
			}
		}
	}
}

// TestKeepsOld: N2. Whatever happens between a request and its answer, what had been agreed is in force unless the answer was
// an agreement.
func TestKeepsOld(t *testing.T) {
	for _, d := range []Dialect{TwoWay, ThreeWay} {
		for k := Decline; k <= Gone; k++ {
			for _, by := range []Party{A, B, Nobody} {
				if k == Agree {
					continue
				}
				s := active(d)
				s.Take(A, ask(d, "1", May), time.Time{})
				s.Take(by, &Message{Kind: k, Dialect: d, Failure: notNow, Values: Params{Logging: May}}, time.Time{})
				if s.Phase != Ended && s.Params[Logging] != MustNot {
					t.Errorf("%s: %s by %d has changed what was agreed", d, k, by)
				}
			}
		}
	}
}

// TestRestrictsEarly: N3. Who accepts not to log is bound at once; who accepts to log, only when the result is there.
func TestRestrictsEarly(t *testing.T) {
	for value, want := range map[string]string{MustNot: MustNot, May: ""} {
		s := New(&Message{Dialect: ThreeWay}, "a", "b")
		s.Take(A, &Message{Kind: Offer, Dialect: ThreeWay, Fields: ask(ThreeWay, "", "").Fields}, time.Time{})
		s.Take(B, &Message{Kind: Accept, Dialect: ThreeWay, Values: Params{Logging: value}}, time.Time{})
		if got := s.Holds(Logging); s.Phase != Waiting || got != want {
			t.Errorf("%s while waiting for the result holds as %q", value, got)
		}
		s.Take(A, &Message{Kind: Complete, Dialect: ThreeWay}, time.Time{})
		if got := s.Holds(Logging); got != value {
			t.Errorf("%s holds as %q when all is agreed", value, got)
		}
	}
}

func active(d Dialect) *Session {
	s := New(&Message{Dialect: d, Thread: "t", FormType: NSSession}, "a", "b")
	s.Phase, s.Params = Active, Params{Logging: MustNot}
	return s
}

func ask(d Dialect, id, value string) *Message {
	return &Message{Kind: Ask, Dialect: d, ID: id, Fields: []Field{
		{Name: Logging, Var: Spell(d, Logging), Default: value, Options: []Option{{May, May}, {MustNot, MustNot}}},
	}}
}

// end is one of two clients that share a session, each with its own view of it.
type end struct {
	me     Party
	s      *Session
	inbox  []*Message
	answer *Message
}

// TestGlare: requests that cross end with both parties of one mind, whatever the order in which things arrive.
func TestGlare(t *testing.T) {
	for seed := range uint64(5000) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		d := []Dialect{TwoWay, ThreeWay}[rnd.IntN(2)]
		ends := [2]*end{{me: A, s: active(d)}, {me: B, s: active(d)}}
		for step := 0; step < 40 || busy(ends); step++ {
			i := rnd.IntN(2)
			e, peer := ends[i], ends[1-i]
			switch act := rnd.IntN(3); {
			case act == 0 && step < 40 && e.s.Phase == Active:
				m := ask(d, fmt.Sprint(i, step), []string{May, MustNot}[rnd.IntN(2)])
				e.say(m, peer)
			case act == 1 && e.answer != nil:
				m := e.answer
				e.answer = nil
				if e.s.Phase == Asked && e.s.Asker != e.me {
					e.say(m, peer)
				}
			case act == 2 && len(e.inbox) > 0:
				m := e.inbox[0]
				e.inbox = e.inbox[1:]
				e.hear(m, peer)
			}
		}
		a, b := ends[0].s, ends[1].s
		if a.Phase != Active || b.Phase != Active || a.Params[Logging] != b.Params[Logging] {
			t.Fatalf("seed %d: %s %v, but %s %v", seed, a.Phase, a.Params, b.Phase, b.Params)
		}
	}
}

func busy(ends [2]*end) bool {
	for _, e := range ends {
		if len(e.inbox) > 0 || e.answer != nil {
			return true
		}
	}
	return false
}

func (e *end) say(m *Message, peer *end) {
	if out := e.s.Take(e.me, m, time.Time{}); out.Taken {
		c := *m
		peer.inbox = append(peer.inbox, &c)
	}
}

func (e *end) hear(m *Message, peer *end) {
	out := e.s.Take(e.me.Other(), m, time.Time{})
	switch {
	case out.Err != nil:
		peer.inbox = append(peer.inbox, &Message{Kind: Failure, Dialect: m.Dialect, ID: m.ID, Failure: out.Err})
	case out.Taken && m.Kind == Ask:
		e.answer = &Message{Kind: Agree, Dialect: m.Dialect, ID: m.ID, Values: Params{Logging: m.Fields[0].Default}}
	}
}

// TestCrossing: of two requests that cross at a relay exactly one is answered, the same in either order.
func TestCrossing(t *testing.T) {
	for _, first := range []Party{A, B} {
		s := active(ThreeWay)
		one := s.Take(first, ask(ThreeWay, "one", May), time.Time{})
		two := s.Take(first.Other(), ask(ThreeWay, "two", MustNot), time.Time{})
		lost := two.Err != nil
		if first == B {
			lost = two.Lost != nil && two.LostID == "one"
		}
		if !one.Taken || !lost || s.Asker != A {
			t.Errorf("%d began: %+v, then %+v; %d asks", first, one, two, s.Asker)
		}
	}
}

// FuzzRead: N5. No form does harm: each is read or refused, and leaves a session in a phase that the chart leads to.
func FuzzRead(f *testing.F) {
	const wrap = "<message from='a@b/c' to='d@e'><thread>t</thread>" +
		"<feature xmlns='" + NSFeature + "'><x xmlns='jabber:x:data' type='%s'>" +
		"<field var='FORM_TYPE'><value>%s</value></field>%s</x></feature></message>"
	for _, d := range []string{NSTwoWay, NSSession} {
		for _, typ := range []string{"form", "submit", "result"} {
			for _, field := range []string{"accept", "renegotiate", "continue", "terminate", "logging", "otr"} {
				f.Add(fmt.Appendf(nil, wrap, typ, d, "<field var='"+field+"' type='boolean'><required/><value>1</value>"+
					"<option label='x'><value>true</value></option></field>"))
			}
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		st, err := stanza.Parse(raw)
		if err != nil || st == nil || st.Kind != stanza.Message {
			return
		}
		m, refused := Read(st)
		if m == nil {
			return
		}
		if refused != nil {
			if _, err := stanza.ParseElements(m.Refusal(refused, "room@b")); err != nil {
				t.Fatalf("the refusal is no XML: %v", err)
			}
			return
		}
		if p, no := Choose(m, Can{Logging: One(MustNot), Security: One("none")}); no == nil && len(outside(m.Fields, p)) > 0 {
			t.Fatalf("an answer of ours is outside of what was offered: %v", p)
		}
		forbids := func(name, value string) bool { return name == Logging && value == MustNot }
		if m.Narrow(forbids) == nil {
			if _, err := stanza.ParseElement(m.Feature); m.Feature != nil && err != nil {
				t.Fatalf("a narrowed form is no XML: %s", m.Feature)
			}
		}
		for p := None; p <= Ended; p++ {
			for _, by := range []Party{A, B} {
				s := active(m.Dialect)
				s.Phase = p
				was := s.Phase
				if out := s.Take(by, m, time.Time{}); s.Phase != was && !out.Taken && out.Bad == nil {
					t.Fatalf("%s: %s has come to %s", was, m.Kind, s.Phase)
				}
			}
		}
	})
}
