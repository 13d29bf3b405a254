package fmuc

import "isthmus/muc"

// quirks are how the peers of a dialect differ from what XEP-0289 says.
type quirks struct {
	still   bool // what somebody's presence says after his entry does nothing there
	exact   bool // who was not announced cannot say anything there, be it old or new
	blunt   bool // whom it has put out is gone there, and no leave of his is wanted
	open    bool // a private message is shown to all
	amnesic bool // the history of an answer is dropped there
	sticky  bool // a node that it takes for joined is not answered when it asks to join: it has to leave first
	shy     bool // the author of what is told again is named by his address in the peer's room
	twice   bool // it announces everybody twice, but not while it waits for the end of an answer
}

// dialects are those that differ.
var dialects = map[string]quirks{
	muc.DialectOpenfire: {
		still: true, exact: true, blunt: true, open: true, amnesic: true, sticky: true, shy: true, twice: true,
	},
}
