package muc

import (
	"bytes"
	"crypto/sha1" // #nosec G505 -- XEP-0153 calls pictures by their SHA-1; nobody is kept out by it
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"slices"
	"strings"

	mellium "mellium.im/xmpp/stanza"

	"isthmus/component/stanza"
)

// maxPhotos bounds the forms of one picture: each is named to whoever asks what the room is.
const maxPhotos = 8

// avatar is a room's picture, in a vCard that its owners set. xep:0486
var avatar = feature{
	name: "XEP-0486 room avatars",
	disco: func(r *Room) []string {
		if r.settings.MaxVCard == 0 {
			return nil
		}
		return []string{nsVCard}
	},
	info: func(r *Room) []stanza.Field {
		if len(r.avatar) == 0 {
			return nil
		}
		return []stanza.Field{{Var: "muc#roominfo_avatarhash", Type: "text-multi", Values: r.avatar}}
	},
	entered: func(r *Room, s *Session) {
		if len(r.avatar) > 0 {
			r.showAvatar(s.addr)
		}
	},
	queries: map[xml.Name]query{name(nsVCard, "vCard"): {both, (*Room).card}},
}

var (
	noCard     = stanza.Fail(mellium.ItemNotFound).Because("The room has no vCard.")
	manyPhotos = stanza.Fail(mellium.PolicyViolation).Because("A vCard has up to " + itoa(maxPhotos) + " photos here.")
	badPhoto   = badRequest.Because("A photo of the vCard is not in Base64.")
)

// card answers with the room's vCard, also those who are not in the room, or takes a new one.
// xep:0486#owner-publish xep:0486#retrieve-vcard
func (r *Room) card(st *stanza.Stanza, q *stanza.Element) ([]byte, *stanza.Error) {
	switch {
	case r.settings.MaxVCard == 0:
		return nil, unsupported
	case st.Type == "set":
		return nil, r.setCard(st, q)
	case r.vcard == nil:
		return nil, noCard
	}
	return r.vcard, nil
}

// setCard makes a vCard the room's; an empty one removes it.
func (r *Room) setCard(st *stanza.Stanza, q *stanza.Element) *stanza.Error {
	if r.affiliation(st.From) != Owner {
		return forbidden.Because("Only owners may set the room's vCard.")
	}
	raw := bytes.Clone(q.Standalone())
	if len(raw) > r.settings.MaxVCard {
		return stanza.Fail(mellium.PolicyViolation).Because("A vCard has up to " + itoa(r.settings.MaxVCard) + " bytes here.")
	}
	if _, err := photoHashes(q); err != nil {
		return err
	}
	if len(q.Children()) == 0 {
		raw = nil
	}
	card, photos := r.vcard, r.avatar
	r.keepCard(raw)
	r.emit(SaveVCard{raw})
	r.result(st, nil)
	if !bytes.Equal(card, r.vcard) {
		r.announceConfig([]int{104})
	}
	if !slices.Equal(photos, r.avatar) {
		r.showAvatar(r.viewers().all...)
	}
	return nil
}

// keepCard remembers a vCard, nil for none. One that is larger than what is allowed by now is not shown.
func (r *Room) keepCard(raw []byte) {
	r.vcard, r.avatar = nil, nil
	e, err := stanza.ParseElement(raw)
	if err != nil || len(raw) > r.settings.MaxVCard {
		return
	}
	r.vcard = raw
	r.avatar, _ = photoHashes(&e)
}

// photoHashes are the names of a vCard's pictures, each in the order in which it comes. xep:0153#publish xep:0486#multiple
func photoHashes(card *stanza.Element) ([]string, *stanza.Error) {
	var list []string
	photos := 0
	for _, c := range card.Children() {
		if c.Name != name(nsVCard, "PHOTO") {
			continue
		}
		if photos++; photos > maxPhotos {
			return nil, manyPhotos
		}
		text := strings.Join(strings.Fields(c.Child(nsVCard, "BINVAL").Text()), "")
		data, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
		if err != nil {
			return nil, badPhoto
		}
		sum := sha1.Sum(data) // #nosec G401 -- a name, as above
		if h := hex.EncodeToString(sum[:]); len(data) > 0 && !slices.Contains(list, h) {
			list = append(list, h)
		}
	}
	return list, nil
}

// showAvatar tells clients that look for it in presences what the room's picture is called, or that there is none.
// xep:0153#bizrules-presence
func (r *Room) showAvatar(to ...stanza.Addr) {
	first := ""
	if len(r.avatar) > 0 {
		first = r.avatar[0]
	}
	var b stanza.Builder
	b.Start("x", "xmlns", nsUpdate).Leaf("photo", first).End()
	r.send(stanza.Envelope{Kind: stanza.Presence, From: r.me}, b.Bytes(), to...)
}
