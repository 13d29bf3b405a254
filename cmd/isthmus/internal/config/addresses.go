package config

import (
	"fmt"
	"strings"

	"mellium.im/xmpp/jid"

	"isthmus/muc"
)

// form brings an address into its normal form, or says as what it cannot be read.
type form func(string) (string, error)

func required(v *string, normal form) error {
	if *v == "" {
		return errMissing
	}
	out, err := normal(*v)
	if err == nil {
		*v = out
	}
	return err
}

func optional(v *string, normal form) error {
	if *v == "" {
		return nil
	}
	return required(v, normal)
}

func each(list []string, normal form) error {
	for i := range list {
		out, err := normal(list[i])
		if err != nil {
			return err
		}
		list[i] = out
	}
	return nil
}

// bare reads an address of which neither, one or both parts before a resource are wanted.
func bare(v, wanted string, fits func(jid.JID) bool) (string, error) {
	j, err := jid.Parse(v)
	if err != nil || !j.Equal(j.Bare()) || !fits(j) {
		return "", fmt.Errorf("has %q, which is not %s", v, wanted)
	}
	return j.String(), nil
}

func aDomain(v string) (string, error) {
	return bare(v, "a domain such as rooms.example.org", func(j jid.JID) bool { return j.Localpart() == "" })
}

func aUser(v string) (string, error) {
	return bare(v, "an address such as name@example.org", func(j jid.JID) bool { return j.Localpart() != "" })
}

func aPeer(v string) (string, error) {
	return bare(v, "a domain or the address of a room", func(jid.JID) bool { return true })
}

// localOf reads the name of one of our rooms, without the domain.
func localOf(domain string) form {
	return func(v string) (string, error) {
		j, err := jid.New(v, "rooms.invalid", "")
		if err != nil || strings.Contains(v, "@") {
			return "", fmt.Errorf("is %q; it has to be the name of a room before the @%s", v, domain)
		}
		return j.Localpart(), nil
	}
}

// permits tells of the first peer that no room may federate with.
func (c *Config) permits(peers ...string) error {
	for _, p := range peers {
		if !muc.Matches(c.Federation.Peers, p) {
			return fmt.Errorf("has %q, which federation.peers does not list", p)
		}
	}
	return nil
}
