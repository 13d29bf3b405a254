// Package component attaches to a host server as an external component and runs the stream. xep:0114
//
// C1. No stanza of any user ends the connection or the process: a stanza that breaks a rule fails alone (P3).
// C2. Stanzas are handled one by one in the order in which they came.
// C3. A lost connection is taken up again for ever; what waits in the outbox waits on, and no stanza is cut. What the
// system had taken already is gone: the protocol knows no acknowledgement.
// C4. No secret and no content of a stanza is logged.
package component
