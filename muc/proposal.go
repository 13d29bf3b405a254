package muc

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"time"

	mellium "mellium.im/xmpp/stanza"

	"isthmus/component/stanza"
)

// proposal is what somebody wants to say, from when it is on its way until the primary has repeated it. Whoever was told that
// it is not said does not hear it when it is repeated after all; therefore those are remembered longer.
type proposal struct {
	Proposal
	telling bool // its author is being told
}

// States of a proposal, as stored.
const (
	inDoubt    = "asked"
	wasRefused = "refused"
	wasTold    = "told" // its author knows that it was refused
)

// Bounds of what a room remembers.
const (
	mostAsked     = 1000 // proposals in doubt
	mostAskedEach = 200  // of one user
	mostTold      = 1000
	longestID     = 200 // bytes
)

var (
	hasty       = stanza.Fail(mellium.ResourceConstraint).Because("Too much is on its way to the room's primary; try again in a moment.")
	notRepeated = stanza.Fail(mellium.RemoteServerTimeout).Because("The room's primary has not repeated the message.")
)

// propose asks the primary to repeat what somebody says. It is stored before it leaves, so that its author gets either the
// message or an error, whatever happens. xep:0289#messages
func (r *Room) propose(u utterance, st *stanza.Stanza) {
	if r.replica.standing != Ready {
		r.fail(st, cutOff)
		return
	}
	all, his := r.doubts(u.JID.Bare())
	if all >= mostAsked || his >= mostAskedEach {
		r.fail(st, hasty)
		return
	}
	timeout := r.linkWith(string(r.primary())).EchoTimeout
	p := &proposal{Proposal: Proposal{
		Author: u.JID.String(), ID: r.idOnTheWay(&u), Named: u.id, Until: r.now.Add(timeout).UTC(), State: inDoubt,
	}}
	r.replica.proposals = append(r.replica.proposals, p)
	r.takesTurn(&u)
	r.emit(SaveProposal{p.Proposal, u.refuse})
	u.id = p.ID
	r.putForward(u.said(""))
}

// putForward hands something to the link to the primary.
func (r *Room) putForward(f Said) {
	r.emit(Relay{Only: r.primary(), Fact: Proposed{f, r.replica.turn}})
}

// doubts counts what is on its way, and what of it is of this user.
func (r *Room) doubts(user stanza.JID) (all, his int) {
	for _, p := range r.replica.proposals {
		if p.State != inDoubt {
			continue
		}
		all++
		if author, _, _ := strings.Cut(p.Author, "/"); author == user.String() {
			his++
		}
	}
	return all, his
}

// idOnTheWay is the id that a message is known by when it comes back: the client's own, if it is good for that.
func (r *Room) idOnTheWay(u *utterance) string {
	user := u.JID.Bare().String()
	taken := slices.ContainsFunc(r.replica.proposals, func(p *proposal) bool {
		author, _, _ := strings.Cut(p.Author, "/")
		return author == user && (p.ID == u.id || p.Named == u.id)
	})
	if u.id != "" && len(u.id) <= longestID && !strings.HasPrefix(u.id, "isthmus:") && !taken &&
		!r.seen.has(dedupeKey(u.JID, u.id, u.payload)) {
		return u.id
	}
	h := hmac.New(sha256.New, r.rec.Secret)
	h.Write([]byte("proposal\x00" + r.nid + "\x00" + strconv.FormatInt(r.tick(), 36)))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:12])
}

// answerTo is the proposal that the primary repeats with this, nil for none: its author and its id say so, never what it is
// about.
func (r *Room) answerTo(via Via, f Said) *proposal {
	if len(r.replica.proposals) == 0 || via != r.primary() {
		return nil
	}
	return r.proposalOf(f.JID, f.ID)
}

func (r *Room) proposalOf(user stanza.JID, id string) *proposal {
	author := user.String()
	for _, p := range r.replica.proposals {
		if p.ID == id && p.Author == author {
			return p
		}
	}
	return nil
}

// dropProposal forgets a proposal that was repeated.
func (r *Room) dropProposal(p *proposal) {
	if p == nil {
		return
	}
	r.replica.proposals = slices.DeleteFunc(r.replica.proposals, func(q *proposal) bool { return p == q })
	r.emit(DeleteProposal{p.Author, p.ID})
}

// tellAll shows what was said to all. The author of a proposal sees it under the id that he gave it, and not at all if he was
// told that it is not said.
func (r *Room) tellAll(u *utterance, env stanza.Envelope, payload []byte) {
	all, p := r.viewers().all, u.answers
	s := r.session(u.JID)
	switch {
	case p == nil, p.State == inDoubt && (p.ID == p.Named || s == nil):
		r.send(env, payload, all...)
	case p.State != inDoubt:
		r.send(env, payload, without(all, r.addrsOf(u.JID.Bare()))...)
	default:
		own := []stanza.Addr{s.addr}
		r.send(env, payload, without(all, own)...)
		env.ID = p.Named
		r.send(env, payload, own...)
	}
}

// addrsOf are the sessions of a user that are here.
func (r *Room) addrsOf(user stanza.JID) []stanza.Addr {
	var list []stanza.Addr
	for _, o := range r.users[user] {
		list = append(list, o.addrs()...)
	}
	return list
}

// resolve refuses what was in doubt: the primary has told everything that it has.
func (r *Room) resolve() {
	r.refuseAll(cutOff, func(p *proposal) bool { return p.State == inDoubt })
}

// expire refuses what has waited too long, and tells again who may not have been told before a crash.
func (r *Room) expire() {
	why := notRepeated
	if r.replica.standing != Ready {
		why = cutOff
	}
	r.refuseAll(why, func(p *proposal) bool { return p.State != wasTold && !p.Until.After(r.now) })
	r.dropBorne()
}

// refuseAll tells authors that what they wanted to say is not said. That is stored before they are told, and that they were told
// is stored behind it: if there is a crash in between, some are told twice, but nobody sees both or neither.
func (r *Room) refuseAll(why *stanza.Error, which func(*proposal) bool) {
	var list []*proposal
	e := *why
	e.By = r.me
	for _, p := range r.replica.proposals {
		if p.telling || !which(p) {
			continue
		}
		r.turnDown(p, e.Element())
		list = append(list, p)
	}
	if len(list) > 0 {
		r.load(func(r *Room, _ []Page, _ error) { r.wereTold(list) })
	}
}

func (r *Room) turnDown(p *proposal, reason []byte) {
	p.State, p.telling = wasRefused, true
	r.emit(SaveProposal{Proposal: p.Proposal})
	author, _ := stanza.ParseJID(p.Author)
	r.send(stanza.Envelope{Kind: stanza.Message, Type: "error", ID: p.Named, From: r.me}, reason, author.Addr())
}

// refuseWith refuses what the primary does not take.
func (r *Room) refuseWith(p *proposal, reason []byte) {
	if p.State == inDoubt {
		r.turnDown(p, reason)
		r.load(func(r *Room, _ []Page, _ error) { r.wereTold([]*proposal{p}) })
	}
}

// wereTold notes who knows, and forgets the oldest of what is remembered only for its answer.
func (r *Room) wereTold(list []*proposal) {
	for _, p := range list {
		p.telling = false
		if slices.Contains(r.replica.proposals, p) {
			p.State = wasTold
			r.emit(SaveProposal{Proposal: p.Proposal})
		}
	}
	n := 0
	for _, p := range r.replica.proposals {
		if p.State == wasTold {
			n++
		}
	}
	for _, p := range slices.Clone(r.replica.proposals) {
		if p.State == wasTold && n > mostTold {
			r.dropProposal(p)
			n--
		}
	}
}

// proposalDue is when the first author has waited too long.
func (r *Room) proposalDue() time.Time {
	first := r.borneDue()
	for _, p := range r.replica.proposals {
		if p.State != wasTold && !p.telling && (first.IsZero() || p.Until.Before(first)) {
			first = p.Until
		}
	}
	return first
}

func (r *Room) freezeProposals() []Proposal {
	var list []Proposal
	for _, p := range r.replica.proposals {
		list = append(list, p.Proposal)
	}
	return list
}

func (r *Room) thawProposals(list []Proposal) {
	for _, p := range slices.SortedStableFunc(slices.Values(list), func(a, b Proposal) int { return a.Until.Compare(b.Until) }) {
		r.replica.proposals = append(r.replica.proposals, &proposal{Proposal: p})
	}
}
