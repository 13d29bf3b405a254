// Package muc is the room of XEP-0045, pure: it decides, others act.
//
// Read features.go from top to bottom first; it is the room's table of contents.
//
// R1. Handle never blocks, calls nobody, reads no clock and no random source: time and ids arrive in the event.
// R2. A logged event is appended before any effect that shows it (P1).
// R3. Entering is presences, own presence, history, subject, live messages, in this order. xep:0045#order
// R4. Only the room adds what only a room may say; what users forge is stripped on every path (P7).
// R5. No real JID is put where the room's rules do not allow its reader to see it (P8).
// R6. One nick has one owner; one session is one occupant.
// R7. A room always keeps an owner.
// R8. What is published in an effect is never written to again.
package muc
