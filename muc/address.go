package muc

import (
	"regexp"
	"strings"

	"mellium.im/xmpp/jid"
	mellium "mellium.im/xmpp/stanza"

	"isthmus/component/stanza"
)

var notAnAddress = stanza.Fail(mellium.JIDMalformed).Because("This is no address.")

// hostname is what a domain looks like, be it internationalised or an address in brackets.
var hostname = regexp.MustCompile(`^([\pL\pN\pM_-]+(\.[\pL\pN\pM_-]+)*|\[[0-9A-Fa-f:.]+\])$`)

// Typed reads an address that a person has written, as a host server would stamp it. What no server could ever stamp is
// refused: it would only trouble those who are sent it.
func Typed(s string) (stanza.JID, *stanza.Error) {
	j, err := stanza.ParseJID(strings.TrimSpace(s))
	if err != nil || !hostname.MatchString(j.Domain) || strings.ContainsAny(j.Local, " \t\n\"&'/:<>@") {
		return stanza.JID{}, notAnAddress
	}
	if p, err := jid.New(j.Local, j.Domain, ""); err == nil {
		j.Local, j.Domain = p.Localpart(), p.Domainpart()
	}
	return j, nil
}
