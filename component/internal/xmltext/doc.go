// Package xmltext reads XML where it lies: boundaries, tags, attributes and references, without a tree and without copies.
//
// X1. Nothing here panics, whatever the bytes are.
// X2. Check accepts nothing that a strict parser with namespaces refuses, and nothing that RFC 6120 section 11.1 restricts.
// X3. Everything but Check trusts its input to be well-formed, and only its answers suffer when it is not.
package xmltext
