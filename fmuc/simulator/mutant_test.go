package simulator_test

import (
	"fmt"
	"regexp"
	"slices"
	"testing"
	"time"

	"isthmus/component/stanza"
)

// tamper is a fault that is planted on wires: it puts there what it likes of what a node has sent.
type tamper func(w *world, k *wire, st *stanza.Stanza)

// smear is a fault between a room and its clients.
type smear func(st *stanza.Stanza) *stanza.Stanza

// mutants are faults that the rules must notice, each in trouble in which they would hold otherwise. A node that does not
// do something looks like a wire on which it is undone.
var mutants = []struct {
	name, shape, play string
	before            []op     // what happens first, so that the fault makes a difference
	rules             []string // any of them
	tamper            func() tamper
	smear             smear
}{
	{name: "nobody knows a message again", shape: "pair", play: "again", rules: []string{"double", "twice"}, tamper: renumber},
	{name: "what was missed is not told", shape: "pair", play: "calm", before: talkAlone, rules: []string{"loss"}, tamper: without(late)},
	{name: "who has gone is not swept out", shape: "pair", play: "calm", before: leaveUnseen, rules: []string{"roster"}, tamper: raise},
	{name: "a link reflects", shape: "pair", play: "calm", rules: []string{"returned"}, tamper: plain(reflect)},
	{name: "subjects are not told", shape: "chain", play: "calm", rules: []string{"subject"}, tamper: without(subject)},
	{name: "messages are lost", shape: "star", play: "calm", rules: []string{"loss"}, tamper: without(live)},
	{name: "everything is sent again and again", shape: "tree", play: "calm", rules: []string{"storm"}, tamper: plain(multiply)},
	{name: "who changes leaves and comes", shape: "pair", play: "calm", rules: []string{"flicker"}, tamper: plain(flicker)},
	{name: "clients see nodes", shape: "pair", play: "calm", rules: []string{"leak"}, smear: expose},
	{name: "nicks are shared", shape: "pair", play: "calm", rules: []string{"nick"}, smear: call("sam")},
	{name: "errors say nothing", shape: "pair", play: "nicks", rules: []string{"reason"}, smear: terse},
	{name: "a link sends though nobody is there", shape: "chain", play: "calm", rules: []string{"lazy"}, tamper: plain(knock)},
}

var (
	talkAlone   = []op{{verb: "enter"}, {verb: "say"}, {verb: "say"}}
	leaveUnseen = []op{
		{verb: "enter"}, {verb: "enter", user: 1}, {verb: "enter", node: 1}, {verb: "wait", d: time.Second},
		{verb: "cut"}, {verb: "leave", user: 1}, {verb: "wait", d: time.Second}, {verb: "heal"}, {verb: "wait", d: time.Minute},
	}
)

// TestMutants: in some of a few seeds the planted fault breaks a rule that holds without it.
func TestMutants(t *testing.T) {
	const tries, enough = 16, 3
	for _, m := range mutants {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			caught := 0
			plant := func(w *world) {
				w.smear = m.smear
				if m.tamper != nil {
					w.tamper = m.tamper()
				}
			}
			for seed := uint64(0); seed < tries && caught < enough; seed++ {
				s := write(named(m.shape), play{name: m.play, verbs: trouble(m.play)}, seed)
				s.ops = slices.Concat(m.before, s.ops)
				got := run(t, s, plant).findings
				if slices.ContainsFunc(m.rules, func(r string) bool { return got[r] != "" }) &&
					!slices.ContainsFunc(m.rules, func(r string) bool { return run(t, s).findings[r] != "" }) {
					caught++
				}
			}
			if caught < enough {
				t.Errorf("the rules %v notice it in %d of %d seeds only", m.rules, caught, tries)
			}
		})
	}
}

func named(name string) shape {
	return shapes[slices.IndexFunc(shapes, func(s shape) bool { return s.name == name })]
}

func trouble(name string) map[string]int {
	return plays[slices.IndexFunc(plays, func(p play) bool { return p.name == name })].verbs
}

// plain is a fault that remembers nothing.
func plain(f tamper) func() tamper { return func() tamper { return f } }

func without(what func(*stanza.Stanza) bool) func() tamper {
	return plain(func(w *world, k *wire, st *stanza.Stanza) {
		if !what(st) {
			w.put(k, st)
		}
	})
}

func late(st *stanza.Stanza) bool    { return st.Has("", "body") && st.Has("urn:xmpp:delay", "delay") }
func live(st *stanza.Stanza) bool    { return st.Has("", "body") && !st.Has("urn:xmpp:delay", "delay") }
func leave(st *stanza.Stanza) bool   { return st.Type == "unavailable" && !status(st, "303") }
func subject(st *stanza.Stanza) bool { return st.Child("", "subject").Text() != "" }
func entry(st *stanza.Stanza) bool {
	return st.Kind == stanza.Presence && st.Type == "" && st.From.Resource != ""
}

// renumber gives each message another id each time that it crosses, and takes away the number by which links know it.
func renumber() tamper {
	n := 0
	return func(w *world, k *wire, st *stanza.Stanza) {
		w.put(k, st)
		if st.Has("", "body") {
			n++
			again := *st
			again.ID = fmt.Sprint("again", n)
			again.Children = slices.Clone(st.Children)
			for i, e := range again.Children {
				if again.Children[i], _ = stanza.ParseElement(numbers.ReplaceAll(e.Raw, nil)); e.Name.Space != nsFMUC {
					again.Children[i] = e
				}
			}
			w.put(k, &again)
		}
	}
}

// raise announces everybody again who has ever been there, in front of each subject.
func raise() tamper {
	all := map[*wire][]*stanza.Stanza{}
	return func(w *world, k *wire, st *stanza.Stanza) {
		if entry(st) {
			all[k] = append(all[k], st)
		}
		if st.Has("", "subject") {
			for _, old := range all[k] {
				w.put(k, old)
			}
		}
		w.put(k, st)
	}
}

var numbers = regexp.MustCompile(` n='[^']*'`)

func reflect(w *world, k *wire, st *stanza.Stanza) {
	w.put(k, st)
	if live(st) {
		back := *st
		back.From, back.To = k.to.room.With(st.From.Resource), k.from.room
		w.put(w.wire(k.to, k.from), &back)
	}
}

func multiply(w *world, k *wire, st *stanza.Stanza) {
	for range 10 {
		w.put(k, st)
	}
}

func flicker(w *world, k *wire, st *stanza.Stanza) {
	w.put(k, st)
	if entry(st) {
		gone := *st
		gone.Type = "unavailable"
		w.put(k, &gone)
		w.put(k, st)
	}
}

func knock(w *world, k *wire, st *stanza.Stanza) {
	w.put(k, st)
	if leave(st) {
		time.AfterFunc(settling+time.Minute, func() {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.put(k, st)
			ring(w.bell)
		})
	}
}

func expose(st *stanza.Stanza) *stanza.Stanza {
	e, _ := stanza.ParseElement([]byte("<fmuc xmlns='" + nsFMUC + "'/>"))
	smeared := *st
	smeared.Children = append(slices.Clone(st.Children), e)
	return &smeared
}

// call gives everybody the same nick.
func call(nick string) smear {
	return func(st *stanza.Stanza) *stanza.Stanza {
		smeared := *st
		smeared.From = st.From.With(nick)
		return &smeared
	}
}

// terse leaves out of errors what they say to people.
func terse(st *stanza.Stanza) *stanza.Stanza {
	if !st.IsError() {
		return st
	}
	smeared := *st
	smeared.Children = nil
	return &smeared
}
