package muc

import (
	"encoding/xml"

	"isthmus/component/stanza"
)

// kindOf is what a message is in the log, "" if it is not kept there: changes of the subject, what people read, and what
// changes that. What a sender asks not to be kept is not kept, except that a retraction must find all who have read what it
// takes back. xep:0313#business-storeret-muc-archives xep:0334#hints xep:0424#tombstones
func kindOf(subject *stanza.Element, list []stanza.Element) string {
	if subject != nil {
		return kindSubject
	}
	worth := map[string]bool{}
	for i := range list {
		worth[worths[list[i].Name]] = true
	}
	switch {
	case worth["always"]:
		return kindMessage
	case worth["never"]:
		return ""
	case worth[kindMessage]:
		return kindMessage
	case worth[kindMarker]:
		return kindMarker
	case worth["asked"]:
		return kindMessage
	}
	return ""
}

// worths are the elements that make a message worth something in the log. Markers of what people have seen are for those
// who read the archive; the history of an entry would soon consist of nothing else. xep:0333#groups xep:0444#rules
var worths = map[xml.Name]string{
	name(nsRetract, "retract"): "always",

	name(nsHints, "no-store"):           "never",
	name(nsHints, "no-permanent-store"): "never",

	name("", "body"): kindMessage,
	name("urn:xmpp:reactions:0", "reactions"):           kindMessage,
	name(nsFasten, "apply-to"):                          kindMessage,
	name("eu.siacs.conversations.axolotl", "encrypted"): kindMessage,
	name("urn:xmpp:omemo:2", "encrypted"):               kindMessage,
	name("urn:xmpp:openpgp:0", "openpgp"):               kindMessage,
	name("urn:xmpp:chat-markers:0", "displayed"):        kindMarker,

	name(nsHints, "store"): "asked",
}
