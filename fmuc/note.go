package fmuc

// Note is one plain sentence for the log. Its kind says what is counted.
type Note struct {
	Kind Kind
	Text string
}

// Kind is what a note is about.
type Kind uint8

// What notes are about. The last ones are outages of a link that was up, by their cause.
const (
	Progress  Kind = iota // the link goes its way
	Oddity                // the peer has done what it should not do
	Vain                  // an attempt to join has failed
	Resync                // what one side or both had missed has crossed
	Refusal               // we have refused the peer
	Unwelcome             // somebody of the peer's is not let in here, or what he says is not shown
	Rejection             // the peer has refused us
	Duplicate             // what came over the link has been here before
	Collision             // somebody's nick is taken on the other side
	Echo                  // what our own users do came back

	Unheard  // no ping has been answered for long
	Bounced  // something of ours came back
	Detached // our own host server was away: whatever was under way is lost
	Severed  // the peer is there, and does not know of the link, or has missed something
	Parted   // the peer has ended it
)

// Kinds are what each kind is called where it is counted, and whether somebody should look at it.
var Kinds = [...]struct {
	Name   string
	Warn   bool
	Outage bool
}{
	Progress:  {Name: "progress"},
	Oddity:    {Name: "oddity", Warn: true},
	Vain:      {Name: "failed attempt", Warn: true},
	Resync:    {Name: "resync"},
	Refusal:   {Name: "refusal", Warn: true},
	Unwelcome: {Name: "unwelcome", Warn: true},
	Rejection: {Name: "rejection", Warn: true},
	Duplicate: {Name: "duplicate"},
	Collision: {Name: "collision"},
	Echo:      {Name: "echo", Warn: true},

	Unheard:  {Name: "silence", Warn: true, Outage: true},
	Bounced:  {Name: "bounce", Warn: true, Outage: true},
	Detached: {Name: "host away", Warn: true, Outage: true},
	Severed:  {Name: "not linked", Warn: true, Outage: true},
	Parted:   {Name: "ended by the peer", Warn: true, Outage: true},
}

func (l *Link) note(k Kind, text string) { l.emit(Note{k, text}) }

func (l *Link) info(text string) { l.note(Progress, text) }

// outage is the kind of a note about a link that nothing gets through: one that was not up has only failed once more.
func (l *Link) outage(k Kind) Kind {
	if l.doing != joined && Kinds[k].Outage {
		return Vain
	}
	return k
}
