package muc

import (
	"encoding/xml"
	"maps"
	"strings"
)

// seenStanza is a stanza as a client reads it, by the standard library: a test does not trust the code that it tests.
type seenStanza struct {
	XMLName xml.Name
	From    string      `xml:"from,attr"`
	Type    string      `xml:"type,attr"`
	ID      string      `xml:"id,attr"`
	Body    *string     `xml:"body"`
	Subject *string     `xml:"subject"`
	Delay   []struct{}  `xml:"urn:xmpp:delay delay"`
	Show    string      `xml:"show"`
	Status  string      `xml:"status"`
	X       []seenState `xml:"http://jabber.org/protocol/muc#user x"`
	Form    *struct{}   `xml:"jabber:x:data x"`
	Hats    []seenHat   `xml:"urn:xmpp:hats:0 hats>hat"`
	Photo   *string     `xml:"vcard-temp:x:update x>photo"`
}

type seenState struct {
	Item struct {
		Affiliation string `xml:"affiliation,attr"`
		Role        string `xml:"role,attr"`
		Nick        string `xml:"nick,attr"`
		JID         string `xml:"jid,attr"`
	} `xml:"item"`
	Status []struct {
		Code string `xml:"code,attr"`
	} `xml:"status"`
}

type seenHat struct {
	URI string `xml:"uri,attr"`
}

func (s *seenStanza) has(code string) bool {
	for _, x := range s.X {
		for _, c := range x.Status {
			if c.Code == code {
				return true
			}
		}
	}
	return false
}

func (s *seenStanza) nick() string {
	_, nick, _ := strings.Cut(s.From, "/")
	return nick
}

// hats are the hats in one word.
func (s *seenStanza) hats() string {
	list := ""
	for _, h := range s.Hats {
		list += h.URI + " "
	}
	return list
}

// believer is a client that believes the presences that it gets, and nothing else.
type believer struct {
	in     bool
	nick   string
	roster map[string]sight
}

// sight is what one occupant looks like.
type sight struct{ affiliation, role, show, status, hats, user string }

func (b *believer) read(s *seenStanza) {
	if s.XMLName.Local != "presence" || s.Type == "error" || len(s.X) == 0 {
		return
	}
	own := s.has("110")
	switch {
	case s.Type == "unavailable" && own && s.has("303"):
		delete(b.roster, s.nick())
		b.nick = s.X[0].Item.Nick
	case s.Type == "unavailable" && own:
		*b = believer{}
	case s.Type == "unavailable":
		delete(b.roster, s.nick())
	default:
		b.see(s, own)
	}
}

func (b *believer) see(s *seenStanza, own bool) {
	if b.roster == nil {
		b.roster = map[string]sight{}
	}
	user, _, _ := strings.Cut(s.X[0].Item.JID, "/")
	b.roster[s.nick()] = sight{s.X[0].Item.Affiliation, s.X[0].Item.Role, s.Show, s.Status, s.hats(), user}
	if own {
		b.in, b.nick = true, s.nick()
	}
}

// agrees tells whether a client knows what is so. Who may not see addresses any more may remember what he saw.
func (b *believer) agrees(nick string, roster map[string]sight) bool {
	return b.in && b.nick == nick && maps.EqualFunc(b.roster, roster, func(mine, is sight) bool {
		if is.user == "" {
			mine.user = ""
		}
		return mine == is
	})
}
