package chatneg

// Namespaces of the two XEPs. xep:0155#ns xep:0020#protocol
const (
	NSFeature = "http://jabber.org/protocol/feature-neg"
	NSTwoWay  = "http://jabber.org/protocol/chatneg" // FORM_TYPE of version 0.9
	NSSession = "urn:xmpp:ssn"                       // FORM_TYPE of version 1.2

	nsForm    = "jabber:x:data"
	nsStanzas = "urn:ietf:params:xml:ns:xmpp-stanzas"
	nsXHTML   = "http://jabber.org/protocol/xhtml-im"
	nsStates  = "http://jabber.org/protocol/chatstates"
)

// Dialect is a version of XEP-0155.
type Dialect uint8

// The dialects: of version 0.9 an offer and its answer, of version 1.2 a result behind them.
const (
	TwoWay Dialect = iota + 1
	ThreeWay
)

func (d Dialect) String() string { return dialectNames[d] }

var dialectNames = [...]string{"unknown", "two-way", "three-way"}

// dialects are chosen by the form's FORM_TYPE; that of version 1.0 is echoed, and otherwise 1.2's.
var dialects = map[string]Dialect{NSTwoWay: TwoWay, NSSession: ThreeWay, "urn:xmpp:chatneg": ThreeWay}
