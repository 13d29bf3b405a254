package fmuc_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"isthmus/component/stanza"
	"isthmus/muc"
	"isthmus/muc/muctest"
)

// chain is three rooms, of which each but the first joins the one before, with three people in each: a moderator and two others.
// Everything that clients are sent is kept.
type chain struct {
	*world
	t        *testing.T
	received map[string][]*stanza.Stanza // by full JID
}

var links = []string{"a@muc.example", "b@muc.example", "c@muc.example"}

func newChain(t *testing.T, set ...func(*muc.Settings)) *chain {
	s := muctest.Defaults()
	s.Peers = []string{"muc.example"}
	s.Federation = map[string]muc.Federation{
		"a": {Accept: links[1:2]}, "b": {Join: links[0], Accept: links[2:]}, "c": {Join: links[1]},
	}
	s.Defaults.Persistent = true
	s.Link.Ping = time.Minute
	for _, f := range set {
		f(s)
	}
	c := &chain{newWorld(s), t, map[string][]*stanza.Stanza{}}
	for _, room := range links {
		c.enter(room, "mod")
		c.from(c.jid(room, "mod"), room, "<iq type='set' id='c' to='%s'><query xmlns='http://jabber.org/protocol/muc#owner'>"+
			"<x xmlns='jabber:x:data' type='submit'/></query></iq>")
		c.enter(room, "ann")
		c.enter(room, "bob")
	}
	c.forget()
	return c
}

func (c *chain) jid(room, name string) string { return name + "@" + room[:1] + ".example/pc" }

// nick is how somebody is called everywhere.
func nick(room, name string) string { return name + room[:1] }

func (c *chain) enter(room, name string) {
	c.from(c.jid(room, name), room+"/"+nick(room, name), "<presence to='%s'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
}

func (c *chain) from(jid, to, format string) {
	c.t.Helper()
	st, err := stanza.Parse([]byte(fmt.Sprintf(format, to)))
	if err != nil {
		c.t.Fatal(err)
	}
	st.From = stanza.MustJID(jid)
	c.keep(c.Deliver(c.now.Add(time.Millisecond), st))
}

func (c *chain) pass(d time.Duration) { c.keep(c.Wake(c.now.Add(d))) }

func (c *chain) keep(outs []muctest.Out) {
	c.t.Helper()
	for _, o := range outs {
		st, err := stanza.Parse(o.XML)
		if err != nil || strings.Contains(string(o.XML), "isode.com") {
			c.t.Fatalf("%s was sent %s: %v", o.To, o.XML, err)
		}
		c.received[o.To] = append(c.received[o.To], st)
	}
}

func (c *chain) forget() {
	clear(c.received)
	c.crossed = nil
}

// admin asks a room for a change, in the name of its moderator.
func (c *chain) admin(room, item string) {
	c.t.Helper()
	c.from(c.jid(room, "mod"), room, "<iq type='set' id='k' to='%s'><query xmlns='http://jabber.org/protocol/muc#admin'>"+item+"</query></iq>")
}

// got is what a client was sent that fits, as often.
func (c *chain) got(jid string, fits func(*stanza.Stanza) bool) (list []*stanza.Stanza) {
	for _, st := range c.received[jid] {
		if fits(st) {
			list = append(list, st)
		}
	}
	return list
}

func from(nick, typ string) func(*stanza.Stanza) bool {
	return func(st *stanza.Stanza) bool { return st.From.Resource == nick && st.Type == typ }
}

func hasCode(st *stanza.Stanza, code string) bool {
	return slices.ContainsFunc(st.Child(nsUser, "x").Children(), func(e stanza.Element) bool { return e.Attr("code") == code })
}

// everywhere tells in which rooms somebody is.
func (c *chain) everywhere(jid string) (rooms []string) {
	for _, room := range links {
		if slices.ContainsFunc(c.rooms[room].Freeze().Sessions, func(s muc.SessionRecord) bool { return s.JID == jid }) {
			rooms = append(rooms, room)
		}
	}
	return rooms
}

// Whoever is put out by a moderator of any node is told so at home, with the reason and by whom; all rooms drop him, and
// everybody else stays.
func TestRemovalAlongAChain(t *testing.T) {
	for _, by := range links {
		for _, home := range links {
			for code, item := range map[string]string{
				"307": "<item nick='%s' role='none'><reason>Enough.</reason></item>",
				"301": "<item jid='%s' affiliation='outcast'><reason>Enough.</reason></item>",
			} {
				c := newChain(t)
				victim := c.jid(home, "ann")
				name := nick(home, "ann")
				if code == "301" {
					name = strings.TrimSuffix(victim, "/pc")
				}
				c.admin(by, fmt.Sprintf(item, name))
				self := c.got(victim, from(nick(home, "ann"), "unavailable"))
				if len(self) != 1 || !hasCode(self[0], code) || !hasCode(self[0], "110") {
					t.Fatalf("put out of %s by %s: %v", home, by, self)
				}
				it := self[0].Child(nsUser, "x").Child(nsUser, "item")
				if it.Child(nsUser, "reason").Text() != "Enough." || it.Child(nsUser, "actor").Attr("nick") != nick(by, "mod") {
					t.Errorf("put out of %s by %s: %s", home, by, it.Raw)
				}
				if in := c.everywhere(victim); len(in) > 0 {
					t.Errorf("put out of %s by %s, he is in %v", home, by, in)
				}
				for _, room := range links {
					for _, stays := range []string{"mod", "bob"} {
						if in := c.everywhere(c.jid(room, stays)); len(in) != 3 {
							t.Errorf("%s of %s is in %v", stays, room, in)
						}
						seen := c.got(c.jid(room, stays), from(nick(home, "ann"), "unavailable"))
						if len(seen) != 1 || !hasCode(seen[0], code) {
							t.Errorf("%s of %s saw %v", stays, room, seen)
						}
					}
				}
			}
		}
	}
}

// What is decided while nothing gets through holds at once where it is decided, and at home afterwards.
func TestRemovalDuringACut(t *testing.T) {
	c := newChain(t)
	cut := func(k wire) { delete(c.wires, k) }
	c.held = true
	c.admin(links[0], "<item nick='annc' role='none'/>")
	if in := c.everywhere(c.jid(links[2], "ann")); slices.Contains(in, links[0]) {
		t.Errorf("he is still in %v", in)
	}
	for range 20 { // nothing crosses between the first two
		for _, k := range c.loaded() {
			if k == (wire{links[0], links[1]}) || k == (wire{links[1], links[0]}) {
				cut(k)
				continue
			}
			c.carry(k)
		}
		c.pass(15 * time.Second)
	}
	c.held = false
	c.pass(time.Hour)
	if in := c.everywhere(c.jid(links[2], "ann")); len(in) > 0 {
		t.Errorf("after the cut he is in %v", in)
	}
	for _, stays := range []string{"mod", "bob"} {
		if in := c.everywhere(c.jid(links[2], stays)); len(in) != 3 {
			t.Errorf("%s is in %v", stays, in)
		}
	}
}

// The only user of a node changes his nick: all see that, and no link ends.
func TestNickOfTheOnlyUserAlongAChain(t *testing.T) {
	c := newChain(t)
	for _, name := range []string{"mod", "ann"} {
		c.from(c.jid(links[2], name), links[2]+"/"+nick(links[2], name), "<presence type='unavailable' to='%s'/>")
	}
	c.forget()
	c.from(c.jid(links[2], "bob"), links[2]+"/Robert", "<presence to='%s'/>")
	for _, room := range links {
		seen := c.got(c.jid(room, "bob"), from("bobc", "unavailable"))
		if len(seen) != 1 || !hasCode(seen[0], "303") || len(c.got(c.jid(room, "bob"), from("Robert", ""))) != 1 {
			t.Errorf("%s saw %v", room, c.received[c.jid(room, "bob")])
		}
	}
	if st := c.edges[links[2]][muc.Via(links[1])].link.State(); st != "up" {
		t.Errorf("the link is %s", st)
	}
	if n := len(c.crossed); n != 4 {
		t.Errorf("%d stanzas have crossed two links", n)
	}
}

const whisper = "<message type='chat' id='p' to='%s'><body>psst</body></message>"

// A private message goes node to node, one stanza on each link, and nobody but its addressee is sent it. One that cannot be
// delivered comes back to its author.
func TestPrivateAlongAChain(t *testing.T) {
	body := func(st *stanza.Stanza) bool { return st.Has("", "body") }
	for _, home := range links {
		for _, other := range links {
			c := newChain(t)
			author, to := c.jid(home, "ann"), c.jid(other, "bob")
			c.from(author, home+"/"+nick(other, "bob"), whisper)
			got := c.got(to, body)
			if len(got) != 1 || got[0].From.String() != other+"/"+nick(home, "ann") {
				t.Errorf("from %s to %s: %v", home, other, got)
			}
			want := max(strings.Compare(home, other), strings.Compare(other, home), 0)
			if home[0] != other[0] && home[0] != 'b' && other[0] != 'b' {
				want = 2
			}
			if len(c.crossed) != want {
				t.Errorf("from %s to %s: %d stanzas have crossed, want %d", home, other, len(c.crossed), want)
			}
			for jid := range c.received {
				if jid != to && len(c.got(jid, body)) > 0 {
					t.Errorf("%s has overheard it", jid)
				}
			}
		}
	}
}

// Errors find their author: somebody has left meanwhile, or a node lets nobody write.
func TestPrivateFailsAlongAChain(t *testing.T) {
	failed := func(c *chain, condition string) {
		t.Helper()
		got := c.got(c.jid(links[2], "ann"), from("boba", "error"))
		if len(got) != 1 || got[0].ID != "p" || got[0].Child("", "error").Child("urn:ietf:params:xml:ns:xmpp-stanzas", condition) == nil {
			t.Errorf("the author was sent %v, want %s", got, condition)
		}
		for jid := range c.received {
			if jid != c.jid(links[2], "ann") && len(c.got(jid, func(st *stanza.Stanza) bool { return st.Kind == stanza.Message })) > 0 {
				t.Errorf("%s was sent %v", jid, c.received[jid])
			}
		}
	}
	c := newChain(t)
	c.held = true
	c.from(c.jid(links[0], "bob"), links[0]+"/boba", "<presence type='unavailable' to='%s'/>")
	c.forget()
	c.from(c.jid(links[2], "ann"), links[2]+"/boba", whisper)
	for _, k := range []wire{{links[2], links[1]}, {links[1], links[0]}} { // it overtakes the leave
		for len(c.wires[k]) > 0 {
			c.carry(k)
		}
	}
	c.held = false
	c.pass(time.Millisecond)
	failed(c, "item-not-found")

	c = newChain(t)
	c.rooms[links[0]].Handle(muc.Event{At: c.now, Stanza: owns(t, links[0], "muc#roomconfig_allowpm", "none")})
	c.forget()
	c.from(c.jid(links[2], "ann"), links[2]+"/boba", whisper)
	failed(c, "forbidden")
}

// owns is a change of a room's configuration by its owner.
func owns(t *testing.T, room, field, value string) *stanza.Stanza {
	st, err := stanza.Parse([]byte("<iq type='set' id='c' to='" + room + "'><query xmlns='http://jabber.org/protocol/muc#owner'>" +
		"<x xmlns='jabber:x:data' type='submit'><field var='" + field + "'><value>" + value + "</value></field></x></query></iq>"))
	if err != nil {
		t.Fatal(err)
	}
	st.From = stanza.MustJID("mod@" + room[:1] + ".example/pc")
	return st
}

// Real addresses of users of other nodes are for those who may see them, whatever happens (P8).
func TestAddressesStayHiddenAlongAChain(t *testing.T) {
	c := newChain(t)
	for _, room := range links {
		c.enter(room, "eve")
		c.from(c.jid(room, "ann"), room, "<message type='groupchat' id='m"+room[:1]+"' to='%s'><body>x</body></message>")
		c.from(c.jid(room, "ann"), room+"/"+nick(room, "ann"), "<presence to='%s'><show>away</show></presence>")
		c.from(c.jid(room, "ann"), room+"/Ann-"+room[:1], "<presence to='%s'/>")
		c.from(c.jid(room, "ann"), room+"/bobb", whisper)
		c.from(c.jid(room, "mod"), room, "<message type='groupchat' id='s"+room[:1]+"' to='%s'><subject>x</subject></message>")
		c.admin(room, "<item nick='boba' role='visitor'/>")
		c.admin(room, "<item nick='Ann-"+room[:1]+"' role='none'/>")
		c.enter(room, "ann")
	}
	c.admin(links[0], "<item jid='bob@c.example' affiliation='outcast'/>")
	c.pass(time.Hour)
	for jid, list := range c.received {
		if strings.HasPrefix(jid, "mod@") {
			continue
		}
		for _, st := range list {
			for _, e := range st.Children {
				raw := strings.ReplaceAll(string(e.Raw), strings.TrimSuffix(jid, "/pc"), "himself")
				if i := strings.Index(raw, ".example/pc"); i >= 0 || strings.Contains(raw, "@a.example") || strings.Contains(raw, "@c.example") {
					t.Errorf("%s was sent %s", jid, raw)
				}
			}
		}
	}
}
