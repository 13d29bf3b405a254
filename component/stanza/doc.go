// Package stanza is the envelope of a stanza with its children left as the bytes they came in.
//
// Z1. A payload leaves as it came: children are spliced as raw bytes, never re-encoded (P10).
// Z2. Whatever is put into an attribute or a text is escaped here, and only here.
// Z3. Nothing in this package fails on an address that a host let through: a JID is split, never judged.
package stanza
