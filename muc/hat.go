package muc

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"isthmus/component/stanza"
)

// Bounds of a room's hats. Every presence carries those that its occupant wears.
const (
	maxHats    = 64
	maxWorn    = 7    // by one user: 4 KiB of XML at most
	maxWearers = 1000 // of one hat
	maxHatText = 255  // bytes of a title or a URI as XML
)

// hats shows what occupants are beside their affiliations: host, scribe, whatever a room's owners call it. A hat belongs to
// a user, whatever his affiliation, until somebody takes it. xep:0317
var hats = feature{
	name:   "XEP-0317 hats",
	forged: []forgery{{name: name(nsHats, "hats")}},
	disco:  func(*Room) []string { return []string{nsHats} },
	dress: func(r *Room, o *Occupant, b *stanza.Builder) {
		if o.vouched {
			b.Raw(r.wardrobe()[o.bare.String()])
		}
	},
	info: func(r *Room) []stanza.Field {
		if len(r.hats) == 0 {
			return nil
		}
		return []stanza.Field{{Var: "hats#hash", Type: "text-single", Values: []string{r.hatsHash()}}}
	},
	commands: []command{
		{"urn:xmpp:hats:commands:create", "Create or change a hat", isOwner, createHatForm, (*Room).createHat},
		{"urn:xmpp:hats:commands:destroy", "Destroy a hat", isOwner, destroyHatForm, (*Room).destroyHat},
		{"urn:xmpp:hats:commands:list", "List hats", isInsider, nil, (*Room).listHats},
		{"urn:xmpp:hats:commands:assign", "Put a hat on a user", isOwner, assignHatForm, (*Room).assignHat},
		{"urn:xmpp:hats:commands:unassign", "Take a hat off a user", isOwner, removeHatForm, (*Room).unassignHat},
		{"urn:xmpp:hats:commands:list-assigned", "List assigned hats", isOwner, nil, (*Room).listAssigned},
	},
}

func isOwner(r *Room, user stanza.JID) bool { return r.affiliation(user) == Owner }

// isInsider is for what everybody in the room sees anyway.
func isInsider(r *Room, user stanza.JID) bool {
	return r.affiliation(user) > None || r.session(user) != nil
}

// wardrobe is what each user wears, rendered, by bare JID. xep:0317#presence
func (r *Room) wardrobe() map[string][]byte {
	if r.worn != nil {
		return r.worn
	}
	by := map[string]*stanza.Builder{}
	for _, h := range r.hats {
		for _, jid := range h.Wearers {
			if by[jid] == nil {
				by[jid] = (&stanza.Builder{}).Start("hats", "xmlns", nsHats)
			}
			h.append(by[jid])
		}
	}
	r.worn = map[string][]byte{}
	for jid, b := range by {
		r.worn[jid] = b.End().Bytes()
	}
	return r.worn
}

// wear renders what one user wears now; what the others wear is as it was.
func (r *Room) wear(user string) {
	if r.worn == nil {
		return
	}
	var b stanza.Builder
	for _, h := range r.hats {
		if slices.Contains(h.Wearers, user) {
			h.append(&b)
		}
	}
	delete(r.worn, user)
	if len(b.Bytes()) > 0 {
		r.worn[user] = (&stanza.Builder{}).Start("hats", "xmlns", nsHats).Raw(b.Bytes()).End().Bytes()
	}
}

func (h *Hat) append(b *stanza.Builder) { b.Empty("hat", "title", h.Title, "uri", h.URI, "hue", h.Hue) }

// hatsHash changes with the list of hats, and with what they are called. xep:0317#disco
func (r *Room) hatsHash() string {
	h := sha256.New()
	for _, hat := range r.hats {
		h.Write([]byte(hat.URI + "\x00" + hat.Title + "\x00" + hat.Hue + "\x00"))
	}
	return hex.EncodeToString(h.Sum(nil)[:20])
}

func (r *Room) hat(uri string) *Hat {
	if i := slices.IndexFunc(r.hats, func(h Hat) bool { return h.URI == uri }); i >= 0 {
		return &r.hats[i]
	}
	return nil
}

// putHat makes a hat the room's, in the place of the one of the same URI.
func (r *Room) putHat(h Hat) {
	if old := r.hat(h.URI); old != nil {
		*old = h
	} else {
		r.hats = append(r.hats, h)
		sortHats(r.hats)
	}
	r.emit(SaveHat{h})
}

// sortHats puts hats in the order in which they are shown.
func sortHats(list []Hat) {
	slices.SortFunc(list, func(a, b Hat) int { return strings.Compare(a.URI, b.URI) })
}

// redress shows users whose hats have changed. xep:0317#create
func (r *Room) redress(users []string) {
	changed := map[string]bool{}
	for _, user := range users {
		changed[user] = true
	}
	for _, o := range r.occupants {
		if o.vouched && changed[o.bare.String()] {
			r.announce(o, o.shown(), &notice{})
		}
	}
}
