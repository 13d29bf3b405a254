// Package relay is a TCP line with faults that change while it is in use.
//
// A Line joins two places by two Lanes, one for each direction. Relays listen
// at either end and forward connections over it; all of them share the lanes'
// bit rate, delay and counts, and the line's faults:
//
//	Cut        connections are closed and new ones refused
//	BlackHole  connections live and are accepted, their bytes vanish
//	Stall      (a lane) bytes wait, none is lost
//	Lose       (a lane) whole stanzas vanish, the connection lives
//
// Heal ends them all. Bytes of one connection never overtake each other. Opening
// a connection costs neither bits nor delay: only what is said on it does.
package relay
