package chatneg

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"isthmus/component/stanza"
)

// Parameters that two nodes negotiate for a link between their rooms, beside those of XEP-0155. xep:0068#approach-fieldnames
var (
	Mode      = Own("mode")      // master-master or master-slave, as the joiner sees it
	History   = Own("history")   // how many messages a join brings
	Traffic   = Own("presence")  // full, roster (joins and leaves alone) or none
	Keepalive = Own("keepalive") // seconds of silence on the link
	Anonymity = Own("anon")      // true: real addresses stay at home
)

// Times of a link's negotiation.
const (
	PlainLife = 24 * time.Hour // for which a peer that does not negotiate is not asked again
	askLeast  = 10 * time.Second
	askMost   = time.Minute
)

// Wishes are what a node wants of a link: by parameter the values that it can bear, the best first.
type Wishes map[string][]string

// nodeParams are the parameters of a link in the order of the form. Without an agreement on the mode there is no link.
var nodeParams = []string{Mode, History, Traffic, Keepalive, Anonymity, Logging}

// numbers are the parameters of which each end has a number of its own, and which of the two holds: the shorter history, and
// the longer silence, since who asks for silence pays for every byte. 0 seconds are silence for ever.
var numbers = map[string]func(a, b int) int{
	History: func(a, b int) int { return min(a, b) },
	Keepalive: func(a, b int) int {
		if a == 0 || b == 0 {
			return 0
		}
		return max(a, b)
	},
}

// form is what a node offers, or asks for later.
func (w Wishes) form(k Kind, formType string) *stanza.Form {
	steer := stanza.Field{Var: "accept", Type: "boolean", Values: []string{"true"}, Required: true}
	if k == Ask {
		steer.Var = "renegotiate"
	}
	f := &stanza.Form{Type: "form", Fields: []stanza.Field{{Var: "FORM_TYPE", Type: "hidden", Values: []string{formType}}, steer}}
	for _, name := range nodeParams {
		values := w[name]
		if len(values) == 0 {
			continue
		}
		p := stanza.Field{Var: name, Type: "list-single", Values: values[:1], Required: name == Mode}
		if numbers[name] != nil {
			p.Type = "text-single"
		} else {
			for _, v := range values {
				p.Options = append(p.Options, stanza.Option{Value: v})
			}
		}
		f.Fields = append(f.Fields, p)
	}
	return f
}

// can is what a node agrees to.
func (w Wishes) can() Can {
	can := Can{}
	for name, values := range w {
		can[name] = One(values...)
		if numbers[name] != nil {
			can[name] = isNumber
		}
	}
	return can
}

func isNumber(v string) bool {
	n, err := strconv.Atoi(v)
	return err == nil && n >= 0
}

// settle puts the number that holds in place of the one that was offered.
func (w Wishes) settle(chosen Params) {
	for name, of := range numbers {
		if v, ok := chosen[name]; ok && len(w[name]) > 0 && isNumber(w[name][0]) {
			offered, _ := strconv.Atoi(v)
			own, _ := strconv.Atoi(w[name][0])
			chosen[name] = strconv.Itoa(of(offered, own))
		}
	}
}

// Node is one end of a link between two rooms that may be negotiated. Its fields are what has to survive a restart. A peer
// that does not negotiate is plain: the link works as XEP-0289 has it.
type Node struct {
	Names   [2]string // of the joiner and of the joined room, bare
	Me      Party     // A joins
	Session *Session  // nil for none
	Agreed  Params    // as of the last time, until something else is agreed
	Ticket  string    // the thread under which that was
	Plain   time.Time // until when the peer is taken for plain
	Version string    // of what the peer has said it can do
	Refused string    // why there can be no link, for people; "" if there can
}

// Say is what an end has to tell the other one: the children of a message, and its type.
type Say struct {
	Type, ID string
	Payload  []byte
}

// Terms are what is in force on the link: nil for plain. What was agreed before is good until it is renegotiated, so that
// a join need not wait.
func (n *Node) Terms() Params {
	if n.Session != nil && n.Session.Phase >= Active && !n.Session.Over() {
		return n.Session.Params
	}
	return n.Agreed
}

// Offer begins a negotiation beside a join, by who joins; nothing to say to a peer that is plain, or that has been asked.
// rtt is how long the link takes there and back. N6: the thread is the caller's.
func (n *Node) Offer(w Wishes, thread string, rtt time.Duration, now time.Time) *Say {
	if n.Me != A || now.Before(n.Plain) || n.Session != nil && !n.Session.Over() {
		return nil
	}
	m, payload := write(w, Offer, thread, NSSession)
	s := New(m, n.Names[A], n.Names[B])
	s.Life = min(max(2*rtt, askLeast), askMost)
	s.Take(n.Me, m, now)
	n.Session, n.Refused = s, ""
	return &Say{ID: m.ID, Payload: payload}
}

// Ask wants other terms for a link that has some, without giving those up.
func (n *Node) Ask(w Wishes, id string, now time.Time) *Say {
	if n.Session == nil || n.Session.Phase != Active {
		return nil
	}
	m, payload := write(w, Ask, n.Session.Thread, NSSession)
	m.ID = id
	n.Session.Take(n.Me, m, now)
	return &Say{ID: id, Payload: payload}
}

// write is a form of ours as the other end will read it.
func write(w Wishes, k Kind, thread, formType string) (*Message, []byte) {
	f := w.form(k, formType)
	m := &Message{Thread: thread, ID: thread}
	_ = m.take(f) // a form of our own is one that can be read
	return m, Wrap(thread, f)
}

// Hear takes what the other end says, and tells what to answer; nil for nothing.
func (n *Node) Hear(w Wishes, m *Message, now time.Time) *Say {
	if n.Session == nil || n.Session.Over() && m.Kind == Offer && m.Thread != n.Session.Thread {
		n.Session = New(m, n.Names[A], n.Names[B])
	}
	s := n.Session
	if m.Thread != s.Thread && m.Kind != Failure {
		return fail(m, notFound)
	}
	was := s.Phase
	out := s.Take(n.Me.Other(), m, now)
	if m.Kind == Failure && out.Taken && was == Offered {
		n.failed(m.Failure, now)
	}
	switch {
	case len(out.Bad) > 0 && was == Offered:
		return n.say(Cancel, m, nil)
	case out.Err != nil:
		return fail(m, out.Err)
	case !out.Taken:
		return nil
	}
	if answer, ok := n.answers()[m.Kind]; ok {
		return answer(w, m, now)
	}
	n.remember()
	return nil
}

// answers is what an end does with each kind that wants something of it.
func (n *Node) answers() map[Kind]func(Wishes, *Message, time.Time) *Say {
	return map[Kind]func(Wishes, *Message, time.Time) *Say{
		Offer: n.choose, Ask: n.choose,
		Accept: func(_ Wishes, m *Message, now time.Time) *Say {
			return n.do(&Message{Kind: Complete, Dialect: m.Dialect}, m, now)
		},
		Terminate: func(_ Wishes, m *Message, now time.Time) *Say {
			n.Agreed, n.Ticket = nil, ""
			return n.do(&Message{Kind: Acknowledge, Dialect: m.Dialect}, m, now)
		},
	}
}

// choose answers an offer, or a request, by what this end wishes. Ends that cannot agree on the mode have no link, and both
// know why.
func (n *Node) choose(w Wishes, m *Message, now time.Time) *Say {
	values, no := Choose(m, w.can())
	if no == nil {
		w.settle(values)
		k := Accept
		if n.Session.Phase == Asked {
			k = Agree
		}
		return n.do(&Message{Kind: k, Dialect: m.Dialect, Values: values}, m, now)
	}
	if m.Kind == Offer && slices.Contains(no.Fields, Mode) {
		n.Refused = "This node wants " + strings.Join(w[Mode], " or ") + "."
	}
	n.Session.Take(n.Me, &Message{Kind: Failure, Dialect: m.Dialect, Failure: no}, now)
	return fail(m, no)
}

// do says something in the session, under the id that it answers.
func (n *Node) do(say, to *Message, now time.Time) *Say {
	answer := n.say(say.Kind, to, say.Values)
	n.Session.Take(n.Me, say, now)
	n.remember()
	return answer
}

func (n *Node) say(k Kind, to *Message, values Params) *Say {
	return &Say{ID: to.ID, Payload: n.Session.Write(k, "", "", values)}
}

func fail(m *Message, e *Error) *Say {
	if m.Kind == Failure {
		return nil
	}
	return &Say{Type: "error", ID: m.ID, Payload: m.Refusal(e, "")}
}

// remember keeps what is agreed for the next time.
func (n *Node) remember() {
	if n.Session.Phase == Active {
		n.Agreed, n.Ticket, n.Plain, n.Refused = n.Session.Params, n.Session.Thread, time.Time{}, ""
	}
}

// failed is an error about an offer. One with a list of fields comes from a peer that negotiates; any other from one that
// does not, whatever it says: some call the stranger no occupant.
func (n *Node) failed(e *Error, now time.Time) {
	if !e.Negotiates {
		n.plain(now)
		return
	}
	if slices.Contains(e.Fields, Mode) {
		n.Refused = "The other node wants another mode."
	}
}

func (n *Node) plain(now time.Time) { n.Plain, n.Agreed, n.Ticket = now.Add(PlainLife), nil, "" }

// Tick is time going by: a peer that does not answer an offer is plain.
func (n *Node) Tick(now time.Time) {
	if n.Session == nil {
		return
	}
	was := n.Session.Phase
	if n.Session.Tick(now) && was == Offered {
		n.plain(now)
	}
}

// Can is what the peer says that it can do, by its version: another one may negotiate.
func (n *Node) Can(version string) {
	if n.Version != version {
		n.Version, n.Plain = version, time.Time{}
	}
}

// Lose takes it that an offer has not reached the peer, or that its answer is lost with the link: it is made again with the
// next join.
func (n *Node) Lose() {
	if n.Session != nil && n.Session.Phase == Offered {
		n.Session = nil
	}
}

// Due is when time does something; zero for never.
func (n *Node) Due() time.Time {
	if n.Session == nil || n.Session.Phase == Ended {
		return time.Time{}
	}
	return n.Session.Due
}

// Forget takes the peer for one that has never been asked.
func (n *Node) Forget() { n.Plain, n.Refused = time.Time{}, "" }
