package chatneg

// Kind is what a message of a session wants, or what else happens to one.
type Kind uint8

// Kinds, in the words of the XEP where it has some. The numbers are those of its state chart. xep:0155#statechart
const (
	Offer       Kind = iota + 1 // [1] a form with accept
	Accept                      // [2]
	Decline                     // [3]
	Complete                    // [4]
	Cancel                      // [5]
	Ask                         // [6] a form that renegotiates
	Agree                       // [7]
	Refuse                      // [8]
	Terminate                   // [9]
	Acknowledge                 // of a termination
	Move                        // continue: with another resource
	Moved                       // and its answer
	Failure                     // a stanza error
	Botch                       // an answer that is none to what was asked
	Overtake                    // a request that crosses another, and wins
	Outrun                      // a move that crosses a request, or another move, and wins
	Timeout                     // nobody has answered
	Gone                        // a party has left
)

func (k Kind) String() string { return kindNames[k] }

var kindNames = [...]string{
	"nothing", "offer", "accept", "decline", "complete", "cancel", "ask", "agree", "refuse", "terminate", "acknowledge",
	"move", "moved", "failure", "botch", "overtake", "outrun", "timeout", "gone",
}

// mark is what tells kinds apart: the form's type, the field that steers it ("" for none) and its value.
type mark struct {
	form, field string
	value       bool
}

// kinds of messages by dialect. A form's accept is a question, whatever its default.
var kinds = map[Dialect]map[mark]Kind{
	TwoWay: {
		{"form", "accept", true}:      Offer,
		{"form", "accept", false}:     Offer,
		{"submit", "accept", true}:    Accept,
		{"submit", "accept", false}:   Decline,
		{"form", "", true}:            Ask,
		{"submit", "", true}:          Agree,
		{"form", "continue", true}:    Move, // xep-0155 v0.9, "Switching Resources"
		{"submit", "continue", true}:  Moved,
		{"submit", "terminate", true}: Terminate,
		{"result", "terminate", true}: Acknowledge,
	},
	ThreeWay: {
		{"form", "accept", true}:         Offer,
		{"form", "accept", false}:        Offer,
		{"submit", "accept", true}:       Accept,
		{"submit", "accept", false}:      Decline,
		{"result", "accept", true}:       Complete,
		{"result", "accept", false}:      Cancel,
		{"form", "renegotiate", true}:    Ask,
		{"submit", "renegotiate", true}:  Agree,
		{"submit", "renegotiate", false}: Refuse,
		{"submit", "continue", true}:     Move, // xep:0155#move
		{"result", "continue", true}:     Moved,
		{"submit", "terminate", true}:    Terminate,
		{"result", "terminate", true}:    Acknowledge,
	},
}

// steering are the fields that say what a message is.
var steering = []string{"accept", "renegotiate", "continue", "terminate"}
