package stanza

import (
	"errors"
	"strings"
)

// ErrJID is the error of an address that cannot be split into its parts.
var ErrJID = errors.New("stanza: malformed JID")

// maxPart is the limit of each part of an address, in bytes. RFC 7622 section 3.
const maxPart = 1023

// JID is an address split into its parts as the host server wrote them. Hosts have prepared what they stamp into from and
// to; refusing here what a host let through (a newly assigned emoji in a nick) would only punish its user.
type JID struct{ Local, Domain, Resource string }

// ParseJID splits s. Only what cannot be an address at all is refused: an empty part, a part over 1023 bytes.
func ParseJID(s string) (JID, error) {
	bare, resource, hasResource := strings.Cut(s, "/")
	local, domain, hasLocal := strings.Cut(bare, "@")
	if !hasLocal {
		local, domain = "", bare
	}
	j := JID{local, domain, resource}
	switch {
	case domain == "", hasLocal && local == "", hasResource && resource == "":
		return JID{}, ErrJID
	case len(local) > maxPart, len(domain) > maxPart, len(resource) > maxPart:
		return JID{}, ErrJID
	case strings.ContainsAny(domain, "@ '\"&<>"):
		return JID{}, ErrJID
	}
	return j, nil
}

// MustJID is ParseJID for constants and tests.
func MustJID(s string) JID {
	j, err := ParseJID(s)
	if err != nil {
		panic(err.Error() + ": " + s)
	}
	return j
}

func (j JID) String() string {
	s := j.Domain
	if j.Local != "" {
		s = j.Local + "@" + s
	}
	if j.Resource != "" {
		s += "/" + j.Resource
	}
	return s
}

// Bare is the address without its resource.
func (j JID) Bare() JID { return JID{j.Local, j.Domain, ""} }

// With is the bare address with this resource.
func (j JID) With(resource string) JID { return JID{j.Local, j.Domain, resource} }

// IsZero tells whether there is no address at all.
func (j JID) IsZero() bool { return j == JID{} }

// IsBare tells whether there is no resource.
func (j JID) IsBare() bool { return j.Resource == "" }

// Addr is the address escaped once for use as an attribute's value.
func (j JID) Addr() Addr { return Addr(Escape(j.String())) }

// Addr is an address that is already escaped: the outbox splices it as it is.
type Addr string
