package fmuc_test

import (
	"maps"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"isthmus/component/stanza"
	"isthmus/fmuc/openfire"
	"isthmus/muc"
	"isthmus/muc/muctest"
)

const (
	fireRoom = "rab@fire.example"
	roomA    = "j@muc.example" // the name decides whose users are in it
)

// smoke puts on the wires what a room of Openfire has sent. What it sends to users of ours directly is no business of ours.
func (w *world) smoke(f *openfire.Room) {
	f.Now = w.now
	for _, raw := range f.Sent() {
		st, err := stanza.Parse(raw)
		if err != nil {
			panic(err.Error() + ": " + string(raw))
		}
		if st.To.Domain != w.settings.Service && w.fires[st.To.Bare().String()] == nil {
			continue
		}
		k := wire{st.From.Bare().String(), st.To.Bare().String()}
		w.wires[k] = append(w.wires[k], st)
		w.crossed = append(w.crossed, crossing{k, st, string(raw), w.now})
	}
}

// blaze is a room of ours and one of Openfire, and their users.
type blaze struct {
	*pair
	fire   *openfire.Room
	guests map[string]*guestUser
	nicks  int
	said   []spoken
	cut    bool // nothing gets through
	mild   bool // our owner puts nobody out
	ghosts bool // Openfire may still list whoever has left
}

// guestUser is a user of Openfire.
type guestUser struct {
	jid  stanza.JID
	nick string
}

// spoken is a message and those of ours who should hear it.
type spoken struct {
	id string
	to []visit
}

// newBlaze links the rooms: ours joins, or is joined.
func newBlaze(t tester, joins bool, set ...func(*muc.Settings)) *blaze {
	s := muctest.Defaults()
	s.Peers, s.Link.Dialect = []string{"fire.example"}, muc.DialectOpenfire
	s.Defaults.Persistent, s.Defaults.ChangeSubject = true, true
	s.Link.Ping = time.Minute
	f := openfire.New(stanza.MustJID(fireRoom))
	s.Federation = map[string]muc.Federation{"j": {Accept: []string{fireRoom}}}
	if joins {
		s.Federation = map[string]muc.Federation{"j": {Join: fireRoom}}
	} else {
		f.Joins = stanza.MustJID(roomA)
	}
	for _, do := range set {
		do(s)
	}
	b := &blaze{pair: &pair{world: newWorld(s), t: t, users: map[string]*user{}}, fire: f, guests: map[string]*guestUser{}}
	b.fires = map[string]*openfire.Room{fireRoom: f}
	b.fire.Now = b.now
	b.open(roomA)
	b.crossed = nil
	b.settle(roomA)
	return b
}

// do lets Openfire's users do something.
func (b *blaze) do(what func(f *openfire.Room)) {
	b.fire.Now = b.now
	what(b.fire)
	b.smoke(b.fire)
	b.see(b.Wake(b.now.Add(time.Millisecond)))
}

// guest lets a user of Openfire in.
func (b *blaze) guest(name string) *guestUser {
	g := b.guests[name]
	if g == nil {
		g = &guestUser{jid: stanza.MustJID(name + "@wonderland.lit/pc")}
		b.guests[name] = g
	}
	g.nick = name
	b.do(func(f *openfire.Room) { f.Enter(g.jid, name) })
	return g
}

func (b *blaze) inside(g *guestUser) bool { return b.fire.Has(g.jid, g.nick) }

// linked tells whether there is somebody on the side that joins.
func (b *blaze) linked(joins bool) bool {
	if joins {
		return len(b.present(roomA)) > 0
	}
	return slices.ContainsFunc(slices.Collect(maps.Values(b.guests)), b.inside)
}

// check says that both rooms have the same people, and that Openfire was sent nothing that it could not bear.
func (b *blaze) check(joins bool) {
	b.t.Helper()
	for _, f := range b.fire.Faults {
		b.t.Errorf("Openfire: %s", f)
	}
	ours, theirs := map[string]bool{}, map[string]bool{}
	for _, u := range b.present(roomA) {
		ours[u.nick] = true
	}
	for _, g := range b.guests {
		if b.inside(g) {
			theirs[g.nick] = true
		}
	}
	all := maps.Clone(ours)
	maps.Copy(all, theirs)
	hereWant, thereWant := ours, theirs
	if b.linked(joins) {
		hereWant, thereWant = all, all
	}
	for _, u := range b.present(roomA) {
		if !maps.Equal(u.sees, hereWant) {
			b.t.Errorf("%s sees %v, want %v", u.nick, u.sees, hereWant)
		}
	}
	there := map[string]bool{}
	for _, n := range b.fire.Who() {
		if there[n] && !b.ghosts {
			b.t.Errorf("%s is in Openfire's room twice", n)
		}
		if thereWant[n] || !b.ghosts {
			there[n] = true
		}
	}
	if !maps.Equal(there, thereWant) {
		b.t.Errorf("Openfire's room has %v, want %v", there, thereWant)
	}
	for _, v := range b.said {
		for _, to := range v.to {
			if to.heard[v.id] > 1 {
				b.t.Errorf("%s has heard %s %d times", to.u.nick, v.id, to.heard[v.id])
			}
		}
	}
}

// talk lets everybody say something, and everybody hears it once.
func (b *blaze) talk(joins bool) {
	b.t.Helper()
	if !b.linked(joins) {
		return
	}
	for _, u := range b.present(roomA) {
		id := b.say(u)
		b.calm()
		for _, name := range slices.Sorted(maps.Keys(b.guests)) {
			if g := b.guests[name]; b.inside(g) && b.fire.Heard(g.jid, id) != 1 {
				b.t.Errorf("%s has heard %s of %s %d times", g.nick, id, u.nick, b.fire.Heard(g.jid, id))
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b.guests)) {
		g := b.guests[name]
		if !b.inside(g) {
			continue
		}
		b.ids++
		id := ""
		b.do(func(f *openfire.Room) { id = f.Say(g.jid, "from there "+strconv.Itoa(b.ids)) })
		b.calm()
		for _, u := range b.present(roomA) {
			if u.heard[id] != 1 {
				b.t.Errorf("%s has heard %s of %s %d times", u.nick, id, g.nick, u.heard[id])
			}
		}
	}
}

// calm carries everything. It ends: nothing goes round.
func (b *blaze) calm() {
	b.t.Helper()
	for n := 0; ; n++ {
		if n > 2000 {
			b.t.Fatalf("it never ends: %s", b.crossed[len(b.crossed)-1].raw)
		}
		if !b.carry(b.loaded()...) {
			break
		}
	}
	b.fire.Settle()
	held := b.held
	b.held = true
	b.see(b.drain())
	b.held = held
}

// act is one deed of anybody, or one stanza carried.
func (b *blaze) act(t *rapid.T) {
	if !b.cut && rapid.IntRange(0, 2).Draw(t, "carry") > 0 {
		if list := b.loaded(); len(list) > 0 {
			b.carry(rapid.SampledFrom(list).Draw(t, "wire"))
			b.see(b.drain())
		}
		return
	}
	if rapid.Bool().Draw(t, "there") {
		b.actThere(t)
		return
	}
	name := rapid.SampledFrom([]string{"ann", "bob", "cid"}).Draw(t, "user")
	u := b.users[name+"@j.example/pc"]
	what := rapid.SampledFrom([]string{"enter", "talk", "rename", "away", "leave", "kick", "subject"}).Draw(t, "what")
	switch {
	case what == "kick" && b.mild:
	case what == "kick":
		for _, n := range slices.Sorted(maps.Keys(b.guests)) {
			if b.inside(b.guests[n]) {
				b.kick(roomA, b.guests[n].nick)
				return
			}
		}
	case u == nil || !u.in:
		if what == "enter" {
			b.enter(roomA, name)
		}
	default:
		b.ours(u, what)
	}
}

func (b *blaze) ours(u *user, what string) {
	switch what {
	case "talk":
		b.say(u)
	case "rename":
		b.nicks++
		b.rename(u, u.nick[:3]+strconv.Itoa(b.nicks))
	case "away":
		b.from(u.jid, roomA+"/"+u.nick, "<presence to='%s'><show>xa</show></presence>")
	case "subject":
		b.ids++
		b.from(u.jid, roomA, "<message type='groupchat' id='s"+strconv.Itoa(b.ids)+"' to='%s'><subject>"+strconv.Itoa(b.ids)+"</subject></message>")
	case "leave":
		b.leave(u)
	}
}

func (b *blaze) actThere(t *rapid.T) {
	name := rapid.SampledFrom([]string{"alice", "hatter", "queen"}).Draw(t, "guest")
	g := b.guests[name]
	what := rapid.SampledFrom([]string{"enter", "talk", "rename", "away", "leave", "kick", "grant", "subject", "whisper"}).Draw(t, "deed")
	switch {
	case g == nil || !b.inside(g):
		if what == "enter" {
			b.guest(name)
		}
	case what == "talk":
		var to []visit
		for _, u := range b.present(roomA) {
			to = append(to, visit{u, u.heard})
		}
		id := ""
		b.do(func(f *openfire.Room) { id = f.Say(g.jid, "there "+strconv.Itoa(len(b.said))) })
		b.said = append(b.said, spoken{id, to})
	case what == "rename":
		b.nicks++
		nick := name + strconv.Itoa(b.nicks)
		b.do(func(f *openfire.Room) { f.Rename(g.jid, nick) })
		g.nick = nick
	case what == "leave":
		b.do(func(f *openfire.Room) { f.Leave(g.jid) })
	default:
		b.do(func(f *openfire.Room) { b.authority(t, f, g, what) })
	}
}

// authority is what a moderator, or anybody, of Openfire does to somebody else.
func (b *blaze) authority(t *rapid.T, f *openfire.Room, g *guestUser, what string) {
	other := rapid.SampledFrom(f.Who()).Draw(t, "whom")
	switch {
	case what == "away":
		f.Show(g.jid, "away")
	case what == "subject":
		f.Subject(g.jid, "riddles")
	case other == g.nick:
	case what == "kick":
		f.Kick(g.jid, other, "Off with his head.")
	case what == "grant":
		f.Grant(other, "moderator")
	case what == "whisper":
		f.Whisper(g.jid, other, "psst")
	}
}

// Whatever the users of both sides do and however stanzas are interleaved: Openfire is sent nothing that it would repeat, lose
// or break on, both rooms have the same people after quiet, everybody hears everybody once, and traffic ends.
func TestOpenfire(t *testing.T) {
	for name, joins := range map[string]bool{"joined": false, "joining": true} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				b := newBlaze(t, joins)
				b.fire.KickLeft = rapid.Bool().Draw(t, "kick left")
				b.fire.Closed = rapid.Bool().Draw(t, "semi-anonymous")
				b.held = true
				for range rapid.IntRange(1, 60).Draw(t, "steps") {
					b.act(t)
				}
				for range 8 {
					b.calm()
					b.pass(time.Minute)
				}
				b.calm()
				b.check(joins)
				b.talk(joins)
				b.check(joins)
				for _, x := range b.crossed {
					if t.Failed() {
						t.Log(x.raw)
					}
				}
			})
		})
	}
}
