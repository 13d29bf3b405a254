package muc_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"isthmus/component/stanza"
	"isthmus/muc"
)

// desk is a room whose log answers when the test wants it to.
type desk struct {
	t       rapid.TB
	room    *muc.Room
	now     time.Time
	log     []muc.Entry
	asked   []question
	sent    []string // by the last event
	answers map[string]int
	notices map[string]int // by the stanza-id that they retract
}

// question is what the room asks of its log, and the log as it was then. A newer one may be read as well.
type question struct {
	load muc.Load
	log  []muc.Entry
}

func newDesk(t rapid.TB, history int) *desk {
	d := &desk{t: t, now: time.Date(2019, 9, 20, 23, 8, 25, 0, time.UTC), answers: map[string]int{}, notices: map[string]int{}}
	s := &muc.Settings{Service: "muc.example", MaxNick: 64, Defaults: muc.DefaultConfig()}
	s.Defaults.MaxHistory = history
	birth := muc.Birth{Epoch: 1, Secret: []byte("a secret of thirty-two characters")}
	d.room = muc.Open(s, stanza.MustJID("den@muc.example"), birth, nil)
	d.enter("alice")
	d.says("alice", "<iq type='set' id='cfg' to='den@muc.example'><query xmlns='http://jabber.org/protocol/muc#owner'>"+
		"<x xmlns='jabber:x:data' type='submit'/></query></iq>")
	return d
}

func (d *desk) enter(user string) {
	d.says(user, "<presence to='den@muc.example/"+user+"'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
}

func (d *desk) says(user, xml string) {
	st, err := stanza.Parse([]byte(xml))
	if err != nil {
		d.t.Fatal(err)
	}
	st.From = stanza.MustJID(user + "@a.example/pc")
	d.perform(d.room.Handle(muc.Event{At: d.now, Stanza: st}))
}

func (d *desk) groupchat(user, id, payload string) {
	d.says(user, fmt.Sprintf("<message type='groupchat' id='%s' to='den@muc.example'>%s</message>", id, payload))
}

func (d *desk) retract(user, id, target string) {
	d.groupchat(user, id, "<retract xmlns='urn:xmpp:message-retract:1' id='"+target+"'/>")
}

func (d *desk) moderate(user, id, target string) {
	d.says(user, fmt.Sprintf("<iq type='set' id='%s' to='den@muc.example'><moderate xmlns='urn:xmpp:message-moderate:1' id='%s'>"+
		"<retract xmlns='urn:xmpp:message-retract:1'/><reason>Fie &amp; shame</reason></moderate></iq>", id, target))
}

// answer answers the i-th question to the log, with what was in it then or is in it now.
func (d *desk) answer(i int, now bool, err error) {
	load, log := d.asked[i].load, d.asked[i].log
	if now {
		log = d.log
	}
	d.asked = slices.Delete(d.asked, i, i+1)
	page := muc.Page{Complete: true}
	for _, e := range log {
		if slices.Contains(load.Queries[0].IDs, e.StanzaID) {
			page.Events = append(page.Events, e)
		}
	}
	if len(page.Events) == 0 && err == nil {
		err = muc.ErrNoEvent
	}
	d.perform(d.room.Handle(muc.Event{At: d.now, Loaded: &muc.Loaded{Load: load, Pages: []muc.Page{page}, Err: err}}))
}

func (d *desk) perform(effects []muc.Effect) {
	d.sent = nil
	for _, e := range effects {
		switch e := e.(type) {
		case muc.Append:
			d.log = append(d.log, e.Entry)
		case muc.Retract:
			i := d.at(e.StanzaID)
			if d.log[i].Retracted {
				d.t.Fatalf("%s is retracted twice", e.StanzaID)
			}
			d.log[i].Payload, d.log[i].Retracted = e.Payload, true
		case muc.Load:
			d.asked = append(d.asked, question{e, slices.Clone(d.log)})
		case muc.Send:
			d.read(string(e.Out.To(e.To[0])))
		}
	}
}

func (d *desk) read(xml string) {
	d.sent = append(d.sent, xml)
	_, rest, ok := strings.Cut(xml, "<retract xmlns='urn:xmpp:message-retract:1' id='")
	if ok && strings.Contains(rest, "<moderated ") {
		d.notices[rest[:strings.IndexByte(rest, '\'')]]++
	}
	if _, rest, ok = strings.Cut(xml, " id='q"); ok && strings.HasPrefix(xml, "<iq ") {
		d.answers["q"+rest[:strings.IndexByte(rest, '\'')]]++
	}
}

func (d *desk) at(id string) int {
	return slices.IndexFunc(d.log, func(e muc.Entry) bool { return e.StanzaID == id })
}

// TestTombstones: what stays of a retracted message, and the room's word about it. xep:0424#tombstones xep:0425#tombstones
func TestTombstones(t *testing.T) {
	d := newDesk(t, 50)
	d.enter("bob")
	d.groupchat("bob", "m1", "<body>DM me for free magic potions!</body><subject>x</subject>")
	d.groupchat("bob", "m2", "<body>Have not saints lips?</body>")
	d.now = d.now.Add(67 * time.Second)
	d.moderate("alice", "q1", "x77MU96eUQjcd_JP")
	d.retract("bob", "retract-message-1", "0yxSI4WpGcb7-lwG")
	moderated := "<moderated xmlns='urn:xmpp:message-moderate:1' by='den@muc.example/alice'>" +
		"<occupant-id xmlns='urn:xmpp:occupant-id:0' id='fyfvYrKkRBLERkYknYUDUvGIjqOoN6_qnZowAIuYTUQ'/></moderated>" +
		"<reason>Fie &amp; shame</reason>"
	want := []string{
		"<retracted xmlns='urn:xmpp:message-retract:1' id='Q3WxzQLMSJKKoMnW' stamp='2019-09-20T23:09:32.000Z'>" + moderated + "</retracted>",
		"<retracted xmlns='urn:xmpp:message-retract:1' id='retract-message-1' stamp='2019-09-20T23:09:32.000Z'></retracted>",
		"<retract xmlns='urn:xmpp:message-retract:1' id='x77MU96eUQjcd_JP'>" + moderated + "</retract>",
		"<retract xmlns='urn:xmpp:message-retract:1' id='0yxSI4WpGcb7-lwG'/>",
	}
	for i, w := range want {
		if got := string(d.log[i].Payload); got != w {
			t.Errorf("%d:\n got %s\nwant %s", i, got, w)
		}
	}
	for i, w := range []string{"message m1 bob", "message m2 bob", "notice Q3WxzQLMSJKKoMnW ", "message retract-message-1 bob"} {
		if e := d.log[i]; e.Kind+" "+e.ID+" "+e.Nick != w {
			t.Errorf("%d is %+v", i, e)
		}
	}
	if n := d.log[2]; n.Author != "" || n.OccupantID != "" || n.Dedupe != nil {
		t.Errorf("the room's word has an author: %+v", n)
	}
}

// TestRandomRetraction: whatever is retracted by those who may is gone, once, from all that is shown and kept; nothing else
// is. The log answers when it likes.
func TestRandomRetraction(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := newDesk(t, rapid.SampledFrom([]int{0, 1, 3, 50}).Draw(t, "history"))
		users := []string{"alice", "bob", "carol"} // alice is the owner
		d.enter("bob")
		d.enter("carol")
		authors, due := map[string]string{}, map[string]bool{} // by stanza-id
		requests, visits := 0, 0
		ids := func() string {
			list := []string{"nothing", "AAAAAAAAAAAAAAAA"}
			for _, e := range d.log {
				list = append(list, e.StanzaID)
			}
			return rapid.SampledFrom(list).Draw(t, "id")
		}
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			user := rapid.SampledFrom(users).Draw(t, "user")
			d.now = d.now.Add(time.Second)
			switch rapid.IntRange(0, 5).Draw(t, "deed") {
			case 0, 1:
				d.groupchat(user, "m", fmt.Sprintf("<body>text %d.</body>", len(d.log)))
				authors[d.log[len(d.log)-1].StanzaID] = user
			case 2:
				id := ids()
				d.retract(user, "r", id)
				due[id] = due[id] || authors[id] == user
			case 3:
				id := ids()
				requests++
				d.moderate(user, fmt.Sprintf("q%d", requests), id)
				if i := d.at(id); i >= 0 && user == "alice" && d.log[i].Kind == "message" {
					due[id] = true
				}
			case 4:
				if len(d.asked) > 0 {
					d.answer(rapid.IntRange(0, len(d.asked)-1).Draw(t, "which"), rapid.Bool().Draw(t, "now"), nil)
				}
			case 5:
				visits++
				d.enter(fmt.Sprintf("visitor%d", visits))
				for i, e := range d.log {
					if e.Retracted && strings.Contains(strings.Join(d.sent, ""), fmt.Sprintf("text %d.", i)) {
						t.Fatalf("%s is shown again", e.StanzaID)
					}
				}
			}
		}
		for len(d.asked) > 0 {
			d.answer(0, false, nil)
		}
		for i, e := range d.log {
			if e.Retracted != due[e.StanzaID] || e.Retracted && !strings.HasPrefix(string(e.Payload), "<retracted ") {
				t.Fatalf("%d: %s is %v, must be %v: %s", i, e.StanzaID, e.Retracted, due[e.StanzaID], e.Payload)
			}
			if n := d.notices[e.StanzaID]; n > 1 || n == 1 && !e.Retracted {
				t.Fatalf("%d notices about %s", n, e.StanzaID)
			}
		}
		for i := range requests {
			if n := d.answers[fmt.Sprintf("q%d", i+1)]; n != 1 {
				t.Fatalf("%d answers to request %d", n, i+1)
			}
		}
	})
}

// TestModerationOfALogThatIsAway: the moderator is told why.
func TestModerationOfALogThatIsAway(t *testing.T) {
	for condition, err := range map[string]error{
		"item-not-found": muc.ErrNoEvent, "resource-constraint": muc.ErrBusy, "internal-server-error": errors.New("away"),
	} {
		d := newDesk(t, 0)
		d.groupchat("alice", "m1", "<body>one</body>")
		d.moderate("alice", "q1", "x77MU96eUQjcd_JP")
		d.answer(0, false, err)
		if len(d.sent) != 1 || !strings.Contains(d.sent[0], condition) || d.log[0].Retracted {
			t.Errorf("%v: %s", err, d.sent)
		}
	}
}

// TestModerationAfterTheRoom: a room that is destroyed while its log is read answers all the same.
func TestModerationAfterTheRoom(t *testing.T) {
	d := newDesk(t, 0)
	d.groupchat("alice", "m1", "<body>one</body>")
	d.moderate("alice", "q1", "x77MU96eUQjcd_JP")
	d.says("alice", "<iq type='set' id='d' to='den@muc.example'>"+
		"<query xmlns='http://jabber.org/protocol/muc#owner'><destroy/></query></iq>")
	d.answer(0, false, nil)
	if len(d.sent) != 1 || !strings.Contains(d.sent[0], "item-not-found") || len(d.asked) != 0 {
		t.Errorf("%s", d.sent)
	}
}

// TestRetractionByPeers: a peer retracts for its users what came over it, and nothing else; it cannot moderate, and what is
// gone does not come back when it is told again.
func TestRetractionByPeers(t *testing.T) {
	const peer, other = muc.Via("den@remote.example"), muc.Via("den@other.example")
	rosa := muc.Person{JID: stanza.MustJID("rosa@remote.example/x"), Nick: "Rosa", Role: muc.Participant}
	d := newDesk(t, 50)
	over := func(via muc.Via, f muc.Fact) { d.perform(d.room.Handle(muc.Event{At: d.now, Via: via, Fact: f})) }
	said := func(id, payload string) muc.Said { return muc.Said{Person: rosa, ID: id, Payload: []byte(payload)} }
	retract := func(id, inside string) string {
		return "<retract xmlns='urn:xmpp:message-retract:1' id='" + id + "'>" + inside + "</retract>"
	}
	over(peer, muc.Entered{Person: rosa})
	over(peer, said("m1", "<body>one</body>"))
	over(peer, said("m2", "<body>two</body>"))
	d.groupchat("alice", "m3", "<body>three</body>")
	over(other, said("r1", retract("x77MU96eUQjcd_JP", "")))
	over(peer, said("r2", retract("Q3WxzQLMSJKKoMnW", "")))
	over(peer, said("r3", retract("0yxSI4WpGcb7-lwG", "<moderated xmlns='urn:xmpp:message-moderate:1'/>")))
	if len(d.notices) != 0 || d.log[0].Retracted || d.log[1].Retracted || d.log[2].Retracted {
		t.Fatalf("retracted by who may not: %+v", d.log)
	}
	over(peer, said("r4", retract("x77MU96eUQjcd_JP", "")))
	if !d.log[0].Retracted {
		t.Error("an author behind a link cannot retract")
	}
	late := said("m1", "<body>one</body>")
	late.At = d.now.Add(-time.Minute)
	over(peer, late)
	if len(d.sent) != 0 {
		t.Errorf("what was retracted came again: %s", d.sent)
	}
}
