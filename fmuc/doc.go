// Package fmuc is one federation link of XEP-0289, pure: the edge between a room of ours and one room of a peer, in both
// directions. It turns stanzas with <fmuc/> into the room's facts and the room's facts into such stanzas.
//
// F1. Handle never blocks, calls nobody, reads no clock and no random source: time arrives in the event.
// F2. Nothing crosses an outbound link while nobody is in the room on our side, no ping either. xep:0289#reqs
// F3. One message is one stanza, however many occupants there are behind it. xep:0289#messages
// F4. What came over a link never goes back over it. xep:0289#startup
// F5. Everybody is announced before his first message, again after every join.
// F6. An accepted join always ends with the subject, a refused one always has a reason. xep:0289#startup
// F7. A change of nick is one unit and never the leave of the last occupant.
// F8. No stanza of a peer panics or ends anything but its own link; one that names nobody changes nothing.
// F9. Everything that a link remembers is bounded.
// F10. No <fmuc/> and nothing else of the link is in what the room is told.
// F11. A link that is broken is noticed: by a bounce, by pings, by the loss of our own stream, by a stanza that is missing.
// The people behind it stay for a while, and nobody sees it who has stayed when it is over.
//
// F12. What either side has logged and the other has not stored is sent until it has, in the order of the log, in a bounded
// window; the log is the queue. xep:0289#messages
//
// F13. A link that would close a ring is refused with a reason, before anybody is let in over it, and a ring that has closed all
// the same is opened in one place.
//
// A link is idle, asking, joining, up, suspect, leaving or down; causes says what each cause of trouble does to it.
//
// When one side has lost what it knew of the link, the other gets everything again: a joined node by a request to join
// that asks for history or names somebody whom it knows already, a joining node by an answer that it did not ask for.
// Whoever was there before and is not announced again (until the answer ends; in the other direction, which has no end,
// while an answer may take) is swept out then; for everybody else nothing happens.
package fmuc
