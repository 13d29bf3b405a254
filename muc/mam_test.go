package muc_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"isthmus/component/stanza"
	"isthmus/muc"
	"isthmus/muc/muctest"
)

const (
	den  = "den@muc.example"
	alis = "alice@a.example/pc"
)

// tester is a test of package testing or of rapid.
type tester interface {
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Skip(args ...any)
}

// answer is what comes of one query, read by the standard library.
type answer struct {
	messages []archived
	fin      fin
	failure  string
}

type archived struct {
	Result struct {
		QueryID   string `xml:"queryid,attr"`
		ID        string `xml:"id,attr"`
		Forwarded struct {
			Delay struct {
				Stamp time.Time `xml:"stamp,attr"`
			} `xml:"urn:xmpp:delay delay"`
			Message struct {
				From string  `xml:"from,attr"`
				To   *string `xml:"to,attr"`
				Body string  `xml:"jabber:client body"`
				ID   struct {
					ID string `xml:"id,attr"`
				} `xml:"urn:xmpp:sid:0 stanza-id"`
			} `xml:"jabber:client message"`
		} `xml:"urn:xmpp:forward:0 forwarded"`
	} `xml:"urn:xmpp:mam:2 result"`
}

type fin struct {
	Type string `xml:"type,attr"`
	Fin  *struct {
		Complete bool `xml:"complete,attr"`
		Set      struct {
			First struct {
				Index string `xml:"index,attr"`
				ID    string `xml:",chardata"`
			} `xml:"first"`
			Last  string `xml:"last"`
			Count string `xml:"count"`
		} `xml:"http://jabber.org/protocol/rsm set"`
	} `xml:"urn:xmpp:mam:2 fin"`
	Error struct {
		Type      string `xml:"type,attr"`
		Condition []struct {
			XMLName xml.Name
		} `xml:",any"`
	} `xml:"error"`
}

// read holds what was sent to the order that the XEP demands: messages, and then one result, all from the room.
func read(t tester, outs []muctest.Out) answer {
	var a answer
	for i, o := range outs {
		if !strings.HasPrefix(string(o.XML), "<iq ") {
			var m archived
			if err := xml.Unmarshal(o.XML, &m); err != nil {
				t.Fatalf("%v: %s", err, o.XML)
			}
			a.messages = append(a.messages, m)
			continue
		}
		if err := xml.Unmarshal(o.XML, &a.fin); err != nil || i != len(outs)-1 {
			t.Fatalf("%d of %d: %v: %s", i, len(outs), err, o.XML)
		}
	}
	if a.fin.Type == "" || a.fin.Type == "result" && a.fin.Fin == nil || a.fin.Type == "error" && len(a.messages) > 0 {
		t.Fatalf("no good end of a query: %+v", a)
	}
	if a.fin.Type == "error" {
		a.failure = a.fin.Error.Condition[0].XMLName.Local
	}
	return a
}

// asked asks the room of a world.
func asked(t tester, w *muctest.Rooms, now time.Time, query string) answer {
	st, err := stanza.Parse([]byte("<iq type='set' id='q' from='eve@e.example/web' to='" + den + "'><query xmlns='urn:xmpp:mam:2'>" +
		query + "</query></iq>"))
	if err != nil {
		t.Fatal(err)
	}
	return read(t, w.Deliver(now, st))
}

func deliver(t tester, w *muctest.Rooms, now time.Time, from, raw string) {
	st, err := stanza.Parse([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	st.From = stanza.MustJID(from)
	w.Deliver(now, st)
}

// said is one message as the test remembers it.
type said struct {
	nick, body string
	at         time.Time
}

// filled is a world whose room has heard these messages.
func filled(t tester, log []said) *muctest.Rooms {
	w := &muctest.Rooms{Settings: muctest.Defaults()}
	deliver(t, w, muctest.Start, alis, "<presence to='"+den+"/Al'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
	deliver(t, w, muctest.Start, alis, "<iq type='set' id='c' to='"+den+"'><query xmlns='http://jabber.org/protocol/muc#owner'>"+
		"<x xmlns='jabber:x:data' type='submit'/></query></iq>")
	for _, s := range log {
		deliver(t, w, s.at, alis, "<presence to='"+den+"/"+s.nick+"'/>")
		deliver(t, w, s.at, alis, "<message type='groupchat' to='"+den+"'><body>"+s.body+"</body></message>")
	}
	return w
}

var nicks = []string{"Al", "Ann", "Amy"}

func drawLog(t *rapid.T) []said {
	at := muctest.Start
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) said {
		at = at.Add(time.Duration(rapid.IntRange(0, 2).Draw(t, "pause")) * time.Millisecond)
		return said{rapid.SampledFrom(nicks).Draw(t, "nick"), "", at}
	}), 0, 30).Draw(t, "log")
}

// sieve is a filter, as a form's fields and as a plain condition.
type sieve struct {
	fields  string
	matches func(i int, s said) bool
}

func field(name string, values ...string) string {
	return "<field var='" + name + "'><value>" + strings.Join(values, "</value><value>") + "</value></field>"
}

func drawSieve(t *rapid.T, log []said, ids []string) sieve {
	s := sieve{"", func(int, said) bool { return true }}
	narrow := func(field string, ok func(i int, m said) bool) {
		before := s.matches
		s.fields += field
		s.matches = func(i int, m said) bool { return before(i, m) && ok(i, m) }
	}
	some := func(name string) bool { return rapid.IntRange(0, 2).Draw(t, name) == 0 }
	if some("with") {
		nick := rapid.SampledFrom(nicks).Draw(t, "whom")
		narrow(field("with", den+"/"+nick), func(_ int, m said) bool { return m.nick == nick })
	}
	moment := func(name string) time.Time {
		return muctest.Start.Add(time.Duration(rapid.IntRange(-1, 40).Draw(t, name)) * time.Millisecond)
	}
	if some("start") {
		at := moment("from when")
		narrow(field("start", at.Format(time.RFC3339Nano)), func(_ int, m said) bool { return !m.at.Before(at) })
	}
	if some("end") {
		at := moment("until when")
		narrow(field("end", at.Format(time.RFC3339Nano)), func(_ int, m said) bool { return !m.at.After(at) })
	}
	if len(log) == 0 {
		return s
	}
	one := func(name string) int { return rapid.IntRange(0, len(log)-1).Draw(t, name) }
	if some("after-id") {
		n := one("behind")
		narrow(field("after-id", ids[n]), func(i int, _ said) bool { return i > n })
	}
	if some("before-id") {
		n := one("in front of")
		narrow(field("before-id", ids[n]), func(i int, _ said) bool { return i < n })
	}
	if some("ids") {
		list := rapid.SliceOfN(rapid.IntRange(0, len(log)-1), 1, 10).Draw(t, "these")
		var names []string
		for _, n := range list {
			names = append(names, ids[n])
		}
		narrow(field("ids", names...), func(i int, _ said) bool { return slices.Contains(list, i) })
	}
	return s
}

// TestPages: whoever pages through a log, forward or backward, by pages of any size, through any filter, gets every message
// that matches exactly once, in order. xep:0313#archive_order xep:0059#forwards xep:0059#backwards
func TestPages(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		log := drawLog(t)
		var ids []string
		for i := range log {
			log[i].body = fmt.Sprint(i)
			ids = append(ids, muc.NthID("den@muc.example", muctest.Birth(), int64(i+1)))
		}
		w := filled(t, log)
		s := drawSieve(t, log, ids)
		var want []string
		for i, m := range log {
			if s.matches(i, m) {
				want = append(want, m.body)
			}
		}
		back := rapid.Bool().Draw(t, "backward")
		got := turned(t, w, s.fields, rapid.IntRange(1, 12).Draw(t, "size"), back, len(want))
		if !slices.Equal(got, want) {
			t.Fatalf("%s: got %v, want %v", s.fields, got, want)
		}
	})
}

// turned turns pages until the room says that there are no more.
func turned(t *rapid.T, w *muctest.Rooms, fields string, size int, back bool, total int) (bodies []string) {
	place, form := "", ""
	if back {
		place = "<before/>"
	}
	if fields != "" {
		form = "<x xmlns='jabber:x:data' type='submit'>" + fields + "</x>"
	}
	for range 40 {
		flip := ""
		if rapid.Bool().Draw(t, "flip") {
			flip = "<flip-page/>"
		}
		a := asked(t, w, muctest.Start.Add(time.Hour),
			fmt.Sprintf("%s<set xmlns='http://jabber.org/protocol/rsm'><max>%d</max>%s</set>%s", form, size, place, flip))
		page := sound(t, a, flip != "", len(bodies), back, total)
		if back {
			bodies = append(page, bodies...)
			place = "<before>" + a.fin.Fin.Set.First.ID + "</before>"
		} else {
			bodies = append(bodies, page...)
			place = "<after>" + a.fin.Fin.Set.Last + "</after>"
		}
		if a.fin.Fin.Complete {
			return bodies
		}
		if len(page) != size {
			t.Fatalf("%d of %d messages, and more to come", len(page), size)
		}
	}
	t.Fatal("no end of pages")
	return nil
}

// sound holds one page to itself and returns its texts in order.
func sound(t *rapid.T, a answer, flipped bool, seen int, back bool, total int) (bodies []string) {
	if a.failure != "" {
		t.Fatalf("refused: %s", a.failure)
	}
	list := a.messages
	if flipped {
		slices.Reverse(list)
	}
	set := a.fin.Fin.Set
	first, last := "", ""
	for i, m := range list {
		if i == 0 {
			first = m.Result.ID
		}
		last = m.Result.ID
		inner := m.Result.Forwarded.Message
		if inner.ID.ID != m.Result.ID || inner.To != nil {
			t.Fatalf("a broken result: %+v", m)
		}
		bodies = append(bodies, inner.Body)
	}
	if set.First.ID != first || set.Last != last {
		t.Fatalf("the page is from %s to %s, the result says from %s to %s", first, last, set.First.ID, set.Last)
	}
	index := seen
	if back {
		index = total - seen - len(list)
	}
	if set.First.Index != "" && set.First.Index != fmt.Sprint(index) || set.Count != "" && set.Count != fmt.Sprint(total) {
		t.Fatalf("page %d of %d, the result says %+v", index, total, set)
	}
	return bodies
}

// loading is a room that waits for an answer of its log, and what it has asked for.
func loading(t tester, query string) (*muc.Room, muc.Load) {
	r := muc.Open(muctest.Defaults(), stanza.MustJID(den), muctest.Birth(), nil)
	var effects []muc.Effect
	for _, raw := range []string{
		"<presence to='" + den + "/Al'><x xmlns='http://jabber.org/protocol/muc'/></presence>",
		"<iq type='set' id='q' to='" + den + "'>" + query + "</iq>",
	} {
		st, err := stanza.Parse([]byte(raw))
		if err != nil {
			t.Skip("not a stanza")
		}
		st.From = stanza.MustJID(alis)
		effects = r.Handle(muc.Event{At: muctest.Start, Stanza: st})
	}
	for _, e := range effects {
		if l, ok := e.(muc.Load); ok {
			return r, l
		}
	}
	t.Fatalf("nothing was asked of the log: %v", effects)
	return nil, muc.Load{}
}

// TestLogIsAway: who cannot be answered is told why, and whether to try again. xep:0313#query
func TestLogIsAway(t *testing.T) {
	for err, want := range map[error]string{
		muc.ErrNoEvent:        "cancel item-not-found",
		muc.ErrBusy:           "wait resource-constraint",
		errors.New("no disk"): "wait internal-server-error",
	} {
		r, load := loading(t, "<query xmlns='urn:xmpp:mam:2'/>")
		a := read(t, muctest.Sent(r.Handle(muc.Event{At: muctest.Start, Loaded: &muc.Loaded{Load: load, Err: err}})))
		if got := a.fin.Error.Type + " " + a.failure; got != want {
			t.Errorf("%v: got %s, want %s", err, got, want)
		}
	}
}

// TestRoomEndsWhileItReads: the answer comes when there is no room any more.
func TestRoomEndsWhileItReads(t *testing.T) {
	r, load := loading(t, "<query xmlns='urn:xmpp:mam:2'/>")
	leave, _ := stanza.Parse([]byte("<presence type='unavailable' to='" + den + "/Al' from='" + alis + "'/>"))
	r.Handle(muc.Event{At: muctest.Start, Stanza: leave})
	page := []muc.Page{{Events: []muc.Entry{{StanzaID: "x"}}}}
	a := read(t, muctest.Sent(r.Handle(muc.Event{At: muctest.Start, Loaded: &muc.Loaded{Load: load, Pages: page}})))
	if a.failure != "item-not-found" {
		t.Errorf("got %+v", a)
	}
}

// TestRetractedWhileItReads: a page that was read in front of a retraction is shown behind it, and holds the tombstone.
// xep:0424#rules
func TestRetractedWhileItReads(t *testing.T) {
	r, load := loading(t, "<query xmlns='urn:xmpp:mam:2'/>")
	var said muc.Entry
	for _, payload := range []string{"<body>oh</body>", "<retract xmlns='urn:xmpp:message-retract:1' id='x77MU96eUQjcd_JP'/>"} {
		st, _ := stanza.Parse([]byte("<message type='groupchat' id='m' from='" + alis + "' to='" + den + "'>" + payload + "</message>"))
		for _, e := range r.Handle(muc.Event{At: muctest.Start, Stanza: st}) {
			if a, ok := e.(muc.Append); ok && said.StanzaID == "" {
				said = a.Entry
			}
		}
	}
	answer := &muc.Loaded{Load: load, Pages: []muc.Page{{Events: []muc.Entry{said}}}}
	outs := muctest.Sent(r.Handle(muc.Event{At: muctest.Start, Loaded: answer}))
	if a := read(t, outs); len(a.messages) != 1 || a.messages[0].Result.ID != "x77MU96eUQjcd_JP" || a.messages[0].Result.Forwarded.Message.Body != "" ||
		!strings.Contains(string(outs[0].XML), "<retracted ") {
		t.Errorf("got %s", outs[0].XML)
	}
}

// TestLargePages: a page is cut before it is too large to be sent, at the end where the next page begins; one message is a
// page however large it is. xep:0313#query-paging-limit
func TestLargePages(t *testing.T) {
	body := []byte("<body>" + strings.Repeat("x", 400<<10) + "</body>")
	events := []muc.Entry{{StanzaID: "1"}, {StanzaID: "2"}, {StanzaID: "3"}, {StanzaID: "4"}}
	for place, want := range map[string]string{"": "1 2", "<before/>": "3 4"} {
		for _, times := range []int{1, 4} {
			list := slices.Clone(events)
			for i := range list {
				list[i].Payload, list[i].Kind = slices.Repeat(body, times), "message"
			}
			if times == 4 { // one is more than a page
				want = map[string]string{"": "1 1", "<before/>": "4 4"}[place]
			}
			r, load := loading(t, "<query xmlns='urn:xmpp:mam:2'><set xmlns='http://jabber.org/protocol/rsm'>"+place+"</set></query>")
			pages := []muc.Page{{Events: list, Complete: true}}
			a := read(t, muctest.Sent(r.Handle(muc.Event{At: muctest.Start, Loaded: &muc.Loaded{Load: load, Pages: pages}})))
			if got := a.fin.Fin.Set.First.ID + " " + a.fin.Fin.Set.Last; got != want || a.fin.Fin.Complete {
				t.Errorf("%q of %d bytes: got %s, want %s; complete: %v", place, len(list[0].Payload), got, want, a.fin.Fin.Complete)
			}
		}
	}
}

// FuzzArchiveQuery: whatever is asked, the answer is one result or one error, and no more of the log is loaded than a page.
func FuzzArchiveQuery(f *testing.F) {
	for _, s := range []string{
		"<x xmlns='jabber:x:data' type='submit'>" + field("with", den+"/Al") + field("start", "2026-01-01T00:00:00Z") + "</x>",
		"<x xmlns='jabber:x:data' type='submit'>" + field("ids", "x77MU96eUQjcd_JP", "x") + field("after-id", "x77MU96eUQjcd_JP") + "</x><flip-page/>",
		"<x xmlns='jabber:x:data' type='submit'><field var='end'><value>0000-00-00T00:00:00Z</value></field></x>",
		"<set xmlns='http://jabber.org/protocol/rsm'><max>99999999999999999999</max><before/><index>-1</index></set>",
		"<set xmlns='http://jabber.org/protocol/rsm'><max>10</max><after>x77MU96eUQjcd_JP</after><before>0yxSI4WpGcb7-lwG</before></set>",
	} {
		f.Add("q", s)
	}
	log := []said{{"Al", "one", muctest.Start}, {"Ann", "two", muctest.Start.Add(time.Second)}}
	f.Fuzz(func(t *testing.T, id, query string) {
		raw := "<iq type='set' id='q' from='" + alis + "' to='" + den + "'><query xmlns='urn:xmpp:mam:2' queryid='" +
			stanza.Escape(id) + "'>" + query + "</query></iq>"
		var asked struct {
			Query struct {
				ID string `xml:"queryid,attr"`
			} `xml:"query"`
		}
		if xml.Unmarshal([]byte(raw), &asked) != nil {
			t.Skip("a host lets no such stanza through")
		}
		st, err := stanza.Parse([]byte(raw))
		if err != nil {
			t.Skip("not a stanza")
		}
		a := read(t, filled(t, log).Deliver(muctest.Start, st))
		for _, m := range a.messages {
			if m.Result.QueryID != asked.Query.ID {
				t.Errorf("asked with id %q, answered with %q", asked.Query.ID, m.Result.QueryID)
			}
		}
		if len(a.messages) > len(log) {
			t.Errorf("%d messages of %d", len(a.messages), len(log))
		}
	})
}
