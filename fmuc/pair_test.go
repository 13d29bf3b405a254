package fmuc_test

import (
	"fmt"
	"maps"
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

const (
	roomJ = "j@muc.example" // joins
	roomP = "p@muc.example" // is joined

	nsFMUC = "http://isode.com/protocol/fmuc"
	nsUser = "http://jabber.org/protocol/muc#user"
)

var (
	down = wire{roomP, roomJ}
	upto = wire{roomJ, roomP}
)

// tester is what fails a test: that of the standard library, or of a property.
type tester interface {
	Helper()
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

// pair is two rooms of ours that federate, and their users.
type pair struct {
	*world
	t     tester
	users map[string]*user // by full JID
	ids   int
}

// user is a client, with what it believes.
type user struct {
	jid, room, nick string
	in              bool
	sees            map[string]bool   // nicks
	heard           map[string]int    // ids of messages of this visit
	shown           map[string]int    // presences by nick
	says            map[string]string // last status by nick
	order           []string          // of what was heard
	live            map[string]bool   // what was heard when it was said
}

func newPair(t tester, set ...func(*muc.LinkConfig)) *pair {
	s := muctest.Defaults()
	s.Federation = map[string]muc.Federation{"j": {Join: roomP}, "p": {Accept: []string{roomJ}}}
	s.Defaults.Persistent, s.Defaults.ChangeSubject = true, true
	s.Link.Ping = time.Minute
	for _, f := range set {
		f(&s.Link)
	}
	p := &pair{world: newWorld(s), t: t, users: map[string]*user{}}
	p.open(roomJ)
	p.open(roomP)
	s.Peers = []string{"muc.example"} // who has made the rooms does not want the link
	p.settle(roomJ)
	p.crossed = nil
	return p
}

// open creates a room.
func (p *pair) open(room string) {
	p.t.Helper()
	p.from("owner@x.example/1", room+"/Owner", "<presence to='%s'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
	p.from("owner@x.example/1", room, "<iq type='set' id='c' to='%s'><query xmlns='http://jabber.org/protocol/muc#owner'>"+
		"<x xmlns='jabber:x:data' type='submit'/></query></iq>")
	p.from("owner@x.example/1", room+"/Owner", "<presence type='unavailable' to='%s'/>")
}

// from lets a client send a stanza.
func (p *pair) from(jid, to, format string, args ...any) {
	p.t.Helper()
	st, err := stanza.Parse(fmt.Appendf(nil, format, append([]any{stanza.Escape(to)}, args...)...))
	if err != nil {
		p.t.Fatalf("%s: %v", format, err)
	}
	st.From = stanza.MustJID(jid)
	p.see(p.Deliver(p.now.Add(time.Millisecond), st))
}

// see lets clients believe what they were sent.
func (p *pair) see(outs []muctest.Out) {
	p.t.Helper()
	for _, o := range outs {
		if strings.Contains(string(o.XML), "isode.com") {
			p.t.Fatalf("%s was sent %s", o.To, o.XML)
		}
		st, err := stanza.Parse(o.XML)
		u := p.users[o.To]
		if err != nil || u == nil {
			continue
		}
		if st.Kind == stanza.Presence {
			u.shown[st.From.Resource]++
		}
		switch {
		case st.IsError():
			p.t.Fatalf("%s was sent %s", o.To, o.XML)
		case st.Kind == stanza.Presence && st.Type == "":
			u.sees[st.From.Resource] = true
			u.says[st.From.Resource] = st.Child("", "status").Text()
		case st.Kind == stanza.Presence:
			delete(u.sees, st.From.Resource)
			if to := st.Child(nsUser, "x").Child(nsUser, "item").Attr("nick"); to != "" && strings.Contains(string(o.XML), "'110'") {
				u.nick = to
			}
			if strings.Contains(string(o.XML), "'110'") && !strings.Contains(string(o.XML), "'303'") {
				u.in = false
			}
		case st.Has("", "body"):
			u.heard[st.ID]++
			u.order = append(u.order, st.ID)
			u.live[st.ID] = !st.Has("urn:xmpp:delay", "delay")
			if u.heard[st.ID] > 1 {
				p.t.Fatalf("%s was sent message %s twice: %s", o.To, st.ID, o.XML)
			}
		}
	}
}

// begin is a visit of which he knows nothing yet.
func (u *user) begin(nick string) {
	u.nick, u.in, u.sees, u.heard, u.shown = nick, true, map[string]bool{}, map[string]int{}, map[string]int{}
	u.says, u.order, u.live = map[string]string{}, nil, map[string]bool{}
}

// enter lets a user in.
func (p *pair) enter(room, name string) *user {
	p.t.Helper()
	jid := name + "@" + room[:1] + ".example/pc"
	u := p.users[jid]
	if u == nil {
		u = &user{jid: jid, room: room}
		p.users[jid] = u
	}
	u.begin(name)
	p.from(u.jid, room+"/"+name, "<presence to='%s'><x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x></presence>")
	return u
}

func (p *pair) leave(u *user) {
	p.t.Helper()
	u.in = false
	p.from(u.jid, u.room+"/"+u.nick, "<presence type='unavailable' to='%s'/>")
}

// say sends a message and returns its id.
func (p *pair) say(u *user) string {
	p.t.Helper()
	p.ids++
	id := "m" + strconv.Itoa(p.ids)
	p.from(u.jid, u.room, "<message type='groupchat' id='"+id+"' to='%s'><body>"+id+"</body></message>")
	return id
}

// kick lets the owner of a room put somebody out of it.
func (p *pair) kick(room, nick string) {
	p.t.Helper()
	p.from("owner@x.example/1", room, "<iq type='set' id='k' to='%s'><query xmlns='http://jabber.org/protocol/muc#admin'>"+
		"<item nick='"+nick+"' role='none'/></query></iq>")
}

func (p *pair) rename(u *user, nick string) {
	p.t.Helper()
	u.nick = nick
	p.from(u.jid, u.room+"/"+nick, "<presence to='%s'><show>away</show></presence>")
}

// pass lets time go by.
func (p *pair) pass(d time.Duration) {
	p.t.Helper()
	p.see(p.Wake(p.now.Add(d)))
}

// present are the users who are in a room.
func (p *pair) present(room string) []*user {
	var list []*user
	for _, jid := range slices.Sorted(maps.Keys(p.users)) {
		if u := p.users[jid]; u.in && u.room == room {
			list = append(list, u)
		}
	}
	return list
}

// agree checks that everybody sees whom he should: all, if somebody is on the joining side.
func (p *pair) agree() {
	p.t.Helper()
	all := append(p.present(roomJ), p.present(roomP)...)
	for _, u := range all {
		want := map[string]bool{}
		for _, o := range all {
			if o.room == u.room || len(p.present(roomJ)) > 0 {
				want[o.nick] = true
			}
		}
		if !maps.Equal(want, u.sees) {
			p.t.Errorf("%s in %s sees %v, want %v", u.nick, u.room, u.sees, want)
		}
	}
}

// count is how many stanzas have crossed since the last count.
func (p *pair) count(k wire) (list []*stanza.Stanza) {
	p.crossed = slices.DeleteFunc(p.crossed, func(c crossing) bool {
		if c.wire == k {
			list = append(list, c.st)
		}
		return c.wire == k
	})
	return list
}

func (p *pair) crossings(k wire, want int) []*stanza.Stanza {
	p.t.Helper()
	list := p.count(k)
	if len(list) != want {
		p.t.Errorf("%d stanzas from %s to %s, want %d: %v", len(list), k.from, k.to, want, list)
	}
	return list
}

// F2, F6: a federation costs nothing while nobody is on the joining side, one request starts it, the subject completes it
// and one confirmation ends it.
func TestNothingCrossesWithoutUsers(t *testing.T) {
	p := newPair(t)
	alice := p.enter(roomP, "alice")
	p.say(alice)
	p.pass(time.Hour)
	p.crossings(upto, 0)
	p.crossings(down, 0)

	hamlet := p.enter(roomJ, "hamlet")
	if !fmuc.JoinShaped(p.crossings(upto, 1)[0]) {
		t.Error("the first stanza is no request to join")
	}
	answer := p.crossings(down, 3) // occupant, message, subject
	if last := answer[2]; !last.Has("", "subject") || last.Has("", "body") {
		t.Errorf("the answer ends with %v", last)
	}
	p.agree()
	if hamlet.heard["m1"] != 1 {
		t.Error("the history has not come")
	}

	p.leave(hamlet)
	p.crossings(upto, 1)
	if p.crossings(down, 1)[0].Child(nsFMUC, "fmuc").Child(nsFMUC, "left") == nil {
		t.Error("the leave of the last user has not been confirmed")
	}
	p.agree()
	p.say(alice)
	p.pass(time.Hour)
	p.crossings(upto, 0)
	p.crossings(down, 0)
	if len(p.edges[roomP]) != 0 {
		t.Error("the joined side keeps its link")
	}

	p.enter(roomJ, "hamlet")
	p.agree()
	if hamlet.heard["m2"] != 1 {
		t.Error("what was missed has not come")
	}
}

// F3, F4: one message is one stanza each way and reaches everybody once; addresses are as the dialect says.
func TestOneMessageIsOneStanza(t *testing.T) {
	p := newPair(t)
	for i := range 10 {
		p.enter(roomJ, "j"+strconv.Itoa(i))
		p.enter(roomP, "p"+strconv.Itoa(i))
	}
	p.agree()
	p.crossed = nil
	for k, u := range map[wire]*user{upto: p.present(roomJ)[3], down: p.present(roomP)[7]} {
		id := p.say(u)
		st := p.crossings(k, 1)[0]
		p.crossings(wire{k.to, k.from}, 0)
		if !st.To.IsBare() || st.From.Resource != u.nick || st.Child(nsFMUC, "fmuc").Attr("from") != u.jid {
			t.Errorf("sent %+v", st)
		}
		for _, o := range p.users {
			if o.heard[id] != 1 {
				t.Errorf("%s has heard %s %d times", o.nick, id, o.heard[id])
			}
		}
	}
}

// F7: the only user of the joining side changes his nick, and stays.
func TestNickChangeOfTheOnlyUser(t *testing.T) {
	p := newPair(t)
	p.enter(roomP, "alice")
	hamlet := p.enter(roomJ, "hamlet")
	p.crossed = nil
	p.rename(hamlet, "prince")
	p.crossings(upto, 2)
	p.crossings(down, 0)
	p.agree()
	p.rename(p.users["alice@p.example/pc"], "queen")
	p.agree()
}

// The subject that the joined side has replaces ours, and a change on either side reaches the other.
func TestSubject(t *testing.T) {
	p := newPair(t)
	alice := p.enter(roomP, "alice")
	set := func(u *user, text string) {
		p.from(u.jid, u.room, "<message type='groupchat' id='s' to='%s'><subject>"+text+"</subject></message>")
	}
	subjectOf := func(room string) string {
		var got string
		st, _ := stanza.Parse([]byte("<presence to='" + room + "/probe'><x xmlns='http://jabber.org/protocol/muc'/></presence>"))
		st.From = stanza.MustJID("probe@x.example/" + strconv.Itoa(p.ids))
		for _, o := range p.Deliver(p.now, st) {
			if st, _ := stanza.Parse(o.XML); st.Has("", "subject") && o.To == "probe@x.example/"+strconv.Itoa(p.ids) {
				got = st.Child("", "subject").Text()
			}
		}
		p.from("probe@x.example/"+strconv.Itoa(p.ids), room+"/probe", "<presence type='unavailable' to='%s'/>")
		return got
	}
	set(alice, "tea")
	hamlet := p.enter(roomJ, "hamlet")
	for _, step := range []struct {
		by   *user
		text string
	}{{nil, "tea"}, {hamlet, "ghosts"}, {alice, "cats"}} {
		if step.by != nil {
			set(step.by, step.text)
		}
		for _, room := range []string{roomJ, roomP} {
			if got := subjectOf(room); got != step.text {
				t.Errorf("the subject of %s is %q, want %q", room, got, step.text)
			}
		}
	}
}

// Whoever is put out on one side is out on both, and his node confirms it.
func TestRemovalCrosses(t *testing.T) {
	p := newPair(t)
	p.enter(roomP, "alice")
	p.enter(roomJ, "hamlet")
	p.enter(roomJ, "ophelia")
	p.kick(roomP, "hamlet")
	if p.users["hamlet@j.example/pc"].in {
		t.Error("his own node has not put him out")
	}
	p.agree()
	p.enter(roomJ, "hamlet")
	p.agree()
	p.kick(roomP, "hamlet")
	p.kick(roomP, "ophelia")
	p.agree()
	if len(p.edges[roomP]) != 0 || p.edges[roomJ][roomP].link.State() != "idle" {
		t.Error("the link has not ended with its last user")
	}
}

// When the configuration changes, the peer is told and everybody of the other side is gone.
func TestStop(t *testing.T) {
	for _, room := range []string{roomJ, roomP} {
		p := newPair(t)
		alice, hamlet := p.enter(roomP, "alice"), p.enter(roomJ, "hamlet")
		p.settings.Federation = nil
		p.settle(room)
		p.pass(0)
		want := map[string]bool{"alice": true}
		if !maps.Equal(alice.sees, want) {
			t.Errorf("stopped in %s: alice sees %v", room, alice.sees)
		}
		p.settle(roomJ)
		p.settle(roomP)
		p.pass(time.Hour)
		if len(hamlet.sees) != 1 || len(p.edges[roomJ]) != 0 || len(p.edges[roomP]) != 0 {
			t.Errorf("stopped in %s: hamlet sees %v", room, hamlet.sees)
		}
	}
}
