package simulator_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"isthmus/component/stanza"
)

// client is a user's client, with what it believes.
type client struct {
	w       *world
	home    *node
	jid     stanza.JID
	nick    string // that it has, or wants
	in      bool   // it has been told so
	lost    bool   // it was in when the room died
	kicks   string // the visit of whom it last wanted to put out
	visits  int
	sees    map[string]stanza.JID // by nick
	gone    map[string]time.Time  // visits that it has seen end, and when
	now     map[string]string     // the visit of everybody it sees, by nick
	heard   map[string]int
	errors  map[string]int // about texts
	order   []string       // in which it has heard them, behind the history
	settled bool           // the history is over
	since   int            // how many texts had been said when it entered
	subject string
}

// visit is how others tell one visit of somebody from the next: he says it in his presence.
func (c *client) visit() string { return fmt.Sprintf("%s %d", c.jid, c.visits) }

func (c *client) enter() {
	c.visits++
	c.since = c.w.texts
	c.errors, c.order, c.settled = map[string]int{}, nil, false
	c.sees, c.gone, c.now, c.heard = map[string]stanza.JID{}, map[string]time.Time{}, map[string]string{}, map[string]int{}
	c.send("<presence to='%s/%s'><x xmlns='http://jabber.org/protocol/muc'/><status>%s</status></presence>", c.home.room, c.nick, c.visit())
}

func (c *client) leave() {
	c.send("<presence type='unavailable' to='%s/%s'/>", c.home.room, c.nick)
	c.in = false
}

// whisper sends a private message to somebody, who alone may ever see it.
func (c *client) whisper(nick string) {
	c.w.texts++
	text := fmt.Sprintf("p%d", c.w.texts)
	c.w.secret[text] = c.sees[nick].Bare()
	c.send("<message type='chat' id='%s' to='%s/%s'><body>%s</body></message>", text, c.home.room, nick, text)
}

// say sends a message that nobody has said before, and returns its text.
func (c *client) say() string {
	c.w.texts++
	text := fmt.Sprintf("t%d", c.w.texts)
	c.w.said[text] = c
	c.send("<message type='groupchat' id='%s' to='%s'><body>%s</body></message>", text, c.home.room, text)
	return text
}

func (c *client) rename(nick string) {
	c.send("<presence to='%s/%s'><status>%s</status></presence>", c.home.room, nick, c.visit())
}

func (c *client) setSubject(text string) {
	c.send("<message type='groupchat' id='s%s' to='%s'><subject>%s</subject></message>", text, c.home.room, text)
}

func (c *client) kick(nick string) {
	c.kicks = c.now[nick]
	c.send("<iq type='set' id='k' to='%s'><query xmlns='http://jabber.org/protocol/muc#admin'>"+
		"<item nick='%s' role='none'><reason>Enough.</reason></item></query></iq>", c.home.room, nick)
}

func (c *client) send(format string, args ...any) {
	st, err := stanza.Parse(fmt.Appendf(nil, format, args...))
	if err != nil {
		panic(err)
	}
	st.From = c.jid
	c.w.deliver(c.home, st)
}

// receive believes what the room says.
func (c *client) receive(st *stanza.Stanza) {
	if leaks(st.Children) {
		c.w.found("leak", "%s was sent %s", c.jid, brief(st))
	}
	switch {
	case st.IsError():
		c.refused(st)
	case st.Kind == stanza.IQ:
		c.answer(st)
	case !c.in && st.Type == "groupchat":
		c.answer(st)
	case st.Kind == stanza.Presence && st.Type == "":
		c.available(st)
	case st.Kind == stanza.Presence:
		c.unavailable(st)
	case st.Has("", "body"):
		c.hear(st)
	case st.Has("", "subject"):
		c.subject, c.settled = st.Child("", "subject").Text(), true
	}
}

// answer answers a question of the room. Who is not in is offline: his server says so, to messages too.
func (c *client) answer(st *stanza.Stanza) {
	if st.Type == "result" {
		c.w.kicked[c.kicks] = kick{c, c.visit()}
		return
	}
	back := refused(st, "service-unavailable")
	if c.in {
		back = &stanza.Stanza{Kind: stanza.IQ, Type: "result", ID: st.ID, From: c.jid, To: st.From}
	}
	c.w.deliver(c.home, back)
}

// leaks tells whether there is an <fmuc/> anywhere.
func leaks(list []stanza.Element) bool {
	return slices.ContainsFunc(list, func(e stanza.Element) bool { return e.Name.Space == nsFMUC || leaks(e.Children()) })
}

func (c *client) refused(st *stanza.Stanza) {
	if st.Child("", "error").Child("urn:ietf:params:xml:ns:xmpp-stanzas", "text").Text() == "" {
		c.w.found("reason", "%s was refused without a reason: %s", c.jid, brief(st))
	}
	c.unsaid(st)
	if !c.in {
		c.nick = c.jid.Local // somebody has the one that it wanted
	}
}

func (c *client) available(st *stanza.Stanza) {
	who, nick, visit := c.about(st), st.From.Resource, st.Child("", "status").Text()
	if mine(st) {
		c.in, c.nick = true, nick
	}
	if other, taken := c.sees[nick]; taken && other.Bare() != who.Bare() {
		c.w.found("nick", "%s sees %s as %s, who is %s already: %s", c.jid, who, nick, other, brief(st))
	}
	if at, ended := c.gone[visit]; ended && c.now[nick] == "" && c.w.lasts(who, visit) {
		c.w.found("flicker", "%s saw %q end, and begin again after %s", c.jid, visit, time.Since(at))
	}
	c.sees[nick], c.now[nick] = who, visit
}

// lasts tells whether somebody's visit has not ended.
func (w *world) lasts(who stanza.JID, visit string) bool {
	c := w.clients[who]
	return c != nil && c.in && c.visit() == visit
}

func (c *client) unavailable(st *stanza.Stanza) {
	nick, visit := st.From.Resource, c.now[st.From.Resource]
	delete(c.sees, nick)
	delete(c.now, nick)
	switch {
	case status(st, "303"):
		c.now[st.Child(nsUser, "x").Child(nsUser, "item").Attr("nick")] = visit
		return
	case visit != "":
		c.gone[visit] = time.Now()
	}
	if mine(st) {
		c.in = false
	}
}

func (c *client) hear(st *stanza.Stanza) {
	text := st.Child("", "body").Text()
	if to, secret := c.w.secret[text]; secret { // nothing remembers those, so a repeated stream repeats them
		if to != c.jid.Bare() {
			c.w.found("private", "%s was sent %s, which was for %s", c.jid, text, to)
		}
		return
	}
	c.heard[text]++
	c.follow(text)
	if c.heard[text] == 2 {
		c.w.found("twice", "%s was sent %s again: %s", c.jid, text, brief(st))
	}
}

// about is whom a presence is about: the rooms hide no addresses.
func (c *client) about(st *stanza.Stanza) stanza.JID {
	j, err := stanza.ParseJID(st.Child(nsUser, "x").Child(nsUser, "item").Attr("jid"))
	if err != nil {
		c.w.found("address", "%s was not told who %s is", c.jid, st.From)
	}
	return j
}

const nsUser = "http://jabber.org/protocol/muc#user"

func mine(st *stanza.Stanza) bool { return status(st, "110") }

func status(st *stanza.Stanza, code string) bool {
	for _, e := range st.Child(nsUser, "x").Children() {
		if e.Name.Local == "status" && e.Attr("code") == code {
			return true
		}
	}
	return false
}

// number is when a text was said.
func number(text string) int {
	n, err := strconv.Atoi(strings.TrimPrefix(text, "t"))
	if err != nil {
		panic(text)
	}
	return n
}
