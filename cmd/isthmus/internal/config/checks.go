package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"isthmus/muc"
)

var errMissing = errors.New("is missing")

func given(v string) error {
	if v == "" {
		return errMissing
	}
	return nil
}

func oneSecret(c *Component) error {
	switch {
	case c.Secret == "" && c.SecretFile == "":
		return errors.New("is missing, and so is component.secret_file")
	case c.Secret != "" && c.SecretFile != "":
		return errors.New("and component.secret_file are both there; one has to go")
	}
	return nil
}

func database(s *Storage) error {
	switch s.Kind() {
	case Embedded, Memory:
		return nil
	case "":
		return errors.New(`has to be "embedded", "memory:" or an address that begins with postgres://`)
	}
	if _, err := url.Parse(s.URL.Reveal()); err != nil {
		return errors.New("is not an address that can be read; a special character in its password has to be written as % and two digits")
	}
	return nil
}

// creation wants to know whom it means.
func creation(r Rooms) error {
	switch {
	case r.Creation == "local" && len(r.LocalDomains) == 0:
		return errors.New(`is "local", but rooms.local_domains has none`)
	case r.Creation == "admins" && len(r.Admins) == 0:
		return errors.New(`is "admins", but rooms.admins has none`)
	}
	return oneOf(r.Creation, "open", "local", "admins")
}

// fields holds a list to the fields of the owner's form.
func fields(list []string) error {
	for _, v := range list {
		if !slices.Contains(muc.FieldNames(), v) {
			return fmt.Errorf("has %q, which is not a field of the owner's form: the keys of [rooms.defaults] are", v)
		}
	}
	return nil
}

// taken asks the owner's form whether it would take this value.
func taken(name, value string) error {
	if !muc.Understands(name, value) {
		return errors.New("is nothing that the owner's form would take")
	}
	return nil
}

func password(d *Defaults) error {
	if d.PasswordProtected && strings.TrimSpace(d.Password.Reveal()) == "" {
		return errors.New("is missing, but passwordprotectedroom asks for it")
	}
	return taken("roomsecret", d.Password.Reveal())
}

func hostPort(v string) error {
	_, port, err := net.SplitHostPort(v)
	n, bad := strconv.Atoi(port)
	if err != nil || bad != nil || n < 1 || n > 65535 {
		return fmt.Errorf("is %q; it has to be a host and a port such as 127.0.0.1:5347", v)
	}
	return nil
}

func between(n, low, high int) error {
	if n < low || n > high {
		return fmt.Errorf("is %d; it has to be from %d to %d", n, low, high)
	}
	return nil
}

func atLeast(d, least time.Duration) error {
	if d < least {
		return fmt.Errorf("is %s; it has to be %s at least", d, least)
	}
	return nil
}

// atLeastOr also takes 0, for never.
func atLeastOr(d, least time.Duration) error {
	if d == 0 || d >= least {
		return nil
	}
	return fmt.Errorf("is %s; it has to be %s at least, or 0s for never", d, least)
}

func oneOf(v string, allowed ...string) error {
	if !slices.Contains(allowed, v) {
		return fmt.Errorf("is %q; it has to be %s", v, strings.Join(allowed, " or "))
	}
	return nil
}

func allOf(list []string, allowed ...string) error {
	for _, v := range list {
		if !slices.Contains(allowed, v) {
			return fmt.Errorf("has %q; it may have %s", v, strings.Join(allowed, ", "))
		}
	}
	return nil
}
