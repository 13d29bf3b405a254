package stanza

import "isthmus/component/internal/xmltext"

// known are the names, types and namespaces that nearly all stanzas consist of: they are not copied out of each.
var known = func() map[string]string {
	m := map[string]string{}
	for _, s := range []string{
		"groupchat", "chat", "normal", "headline", "error", "get", "set", "result", "unavailable", "probe",
		"subscribe", "subscribed", "unsubscribe", "unsubscribed", "en", "de",
		"message", "presence", "iq", "body", "subject", "thread", "show", "status", "priority", "html",
		"x", "c", "query", "ping", "vCard", "pubsub", "item", "items", "field", "value", "history", "password", "reason",
		"active", "composing", "paused", "inactive", "gone", "request", "received", "markable", "displayed", "acknowledged",
		"origin-id", "stanza-id", "occupant-id", "replace", "reply", "fallback", "reactions", "reaction", "retract",
		"apply-to", "moderate", "store", "no-store", "no-copy", "no-permanent-store", "encrypted", "encryption", "delay",
		"fmuc", "nick", "address", "addresses",
		"http://jabber.org/protocol/muc", "http://jabber.org/protocol/muc#user", "http://jabber.org/protocol/muc#admin",
		"http://jabber.org/protocol/muc#owner", "http://jabber.org/protocol/disco#info", "http://jabber.org/protocol/disco#items",
		"http://jabber.org/protocol/caps", "http://jabber.org/protocol/chatstates", "http://jabber.org/protocol/xhtml-im",
		"http://jabber.org/protocol/pubsub", "http://jabber.org/protocol/nick", "http://jabber.org/protocol/address",
		"jabber:x:data", "jabber:x:conference", "jabber:x:oob", "jabber:iq:version", "jabber:iq:register", "jabber:iq:search",
		"vcard-temp", "vcard-temp:x:update", "urn:xmpp:ping", "urn:xmpp:time", "urn:xmpp:delay", "urn:xmpp:sid:0",
		"urn:xmpp:occupant-id:0", "urn:xmpp:receipts", "urn:xmpp:chat-markers:0", "urn:xmpp:hints", "urn:xmpp:eme:0",
		"urn:xmpp:message-correct:0", "urn:xmpp:reply:0", "urn:xmpp:fallback:0", "urn:xmpp:reactions:0", "urn:xmpp:mam:2",
		"urn:xmpp:message-retract:0", "urn:xmpp:message-retract:1", "urn:xmpp:message-moderate:0",
		"urn:xmpp:message-moderate:1", "urn:xmpp:fasten:0", "urn:xmpp:omemo:2", "eu.siacs.conversations.axolotl",
		"http://isode.com/protocol/fmuc",
	} {
		m[s] = s
	}
	return m
}()

// intern is p as a string.
func intern(p []byte) string {
	if s, ok := known[string(p)]; ok {
		return s
	}
	return string(p)
}

// value is an attribute's value, resolved.
func value(p []byte) string {
	if s, ok := known[string(p)]; ok {
		return s
	}
	return xmltext.Value(p)
}
