package muc

import (
	"fmt"
	"slices"
	"strings"

	"isthmus/component/stanza"
	"isthmus/muc/confusable"
)

// look is how a nick compares: nicks that share one of the two are taken for one another. RFC 7701 section 7.1 asks for
// it, xep:0045#security-dos says why: people mimic others.
type look [2]string

// look is what a nick, as prepareNick gives it, looks like here. One key sees through BOY and B0Y, the other through alice
// and aIice: letters look alike in one case and not in the other.
func (r *Room) look(nick, key string) look {
	if r.settings.Confusables == "off" {
		return spelled(key)
	}
	return looked(nick, key)
}

func looked(nick, key string) look {
	return look{skeleton(key), skeleton(skeleton(nick))}
}

func skeleton(s string) string { return strings.ToLower(confusable.Skeleton(s)) }

// spelled is for a service that only compares nicks. No look of a nick holds a control character, so that both kinds may be
// stored.
func spelled(key string) look { return look{"\x01" + key, "\x01" + key} }

// lookOf is the look of a nick that is stored. What cannot be a nick looks like nothing.
func (r *Room) lookOf(nick string) look {
	if nick == "" {
		return look{}
	}
	nick, key, err := prepareNick(nick)
	if err != nil {
		return look{}
	}
	return r.look(nick, key)
}

// claims tells whose the looks of a room's nicks are: bare JIDs, each once for every nick that he goes by or that is
// reserved for him.
type claims map[string][]string

func (c claims) add(user string, l look) {
	for _, key := range l.keys() {
		c[key] = append(c[key], user)
	}
}

func (c claims) drop(user string, l look) {
	for _, key := range l.keys() {
		list := c[key]
		i := slices.Index(list, user)
		switch {
		case i < 0:
		case len(list) == 1:
			delete(c, key)
		default:
			c[key] = slices.Delete(list, i, i+1)
		}
	}
}

// others tells whether somebody else has a nick that looks like this one.
func (c claims) others(user string, l look) bool {
	for _, key := range l.keys() {
		if slices.ContainsFunc(c[key], func(owner string) bool { return owner != user }) {
			return true
		}
	}
	return false
}

// keys are the different keys of a look.
func (l look) keys() []string {
	switch {
	case l[0] == "":
		return nil
	case l[0] == l[1]:
		return l[:1]
	}
	return l[:]
}

// refuseNick says why this user may not take a nick: somebody else is called like it or has reserved one like it, or the
// service keeps it; nil if he may. user is who he is to the room.
func (r *Room) refuseNick(nick, key string, user stanza.JID) *stanza.Error {
	l := r.look(nick, key)
	switch o := r.byNick[key]; {
	case o != nil && o.bare != user.Bare():
		return nickTaken
	case r.claims.others(user.Bare().String(), l):
		return nickTaken.Because("Somebody else has this nick, or one that looks like it.")
	case r.settings.Reserved.has(l) && !r.settings.isAdmin(user):
		return nickTaken.Because("This nick is reserved for the service's administrators.")
	}
	return nil
}

// rivals tells whether changes would reserve nicks alike for two people.
func (r *Room) rivals(changes []change) bool {
	wanted := claims{}
	for _, c := range changes {
		l := r.lookOf(c.nick)
		if wanted.others(c.jid, l) {
			return true
		}
		wanted.add(c.jid, l)
	}
	return false
}

// enlist puts a record on the lists, and unlist takes one off: with the nick that is reserved.
func (r *Room) enlist(a AffiliationRecord) {
	r.affils[a.JID] = a
	r.claims.add(a.JID, r.lookOf(a.Nick))
}

func (r *Room) unlist(jid string) {
	r.claims.drop(jid, r.lookOf(r.affils[jid].Nick))
	delete(r.affils, jid)
}

// keyed gives a record the keys of its nick, by which storage keeps two users from reserving nicks alike. If somebody else
// has reserved one alike, as he could under other settings, this one is stored without.
func (r *Room) keyed(a AffiliationRecord) AffiliationRecord {
	a.Key1, a.Key2 = "", ""
	if l := r.lookOf(a.Nick); !r.claims.others(a.JID, l) {
		a.Key1, a.Key2 = l[0], l[1]
	}
	return a
}

// Reserved are nicks that only the service's administrators may take, by how they look.
type Reserved map[string]bool

// Reserve lists such nicks, nil for none. What cannot be a nick is an error.
func Reserve(nicks []string) (Reserved, error) {
	if len(nicks) == 0 {
		return nil, nil
	}
	list := Reserved{}
	for _, n := range nicks {
		nick, key, err := prepareNick(n)
		if err != nil {
			return nil, fmt.Errorf("has %q, which cannot be a nick", n)
		}
		for _, l := range []look{looked(nick, key), spelled(key)} {
			list[l[0]], list[l[1]] = true, true
		}
	}
	return list, nil
}

func (list Reserved) has(l look) bool { return list[l[0]] || list[l[1]] }
