package config

import (
	"errors"
	"regexp"
	"strconv"
	"time"

	"isthmus/muc"
)

// Rate is how much somebody may do, as the file says it: "50/s, 500 at once", or "off" for any amount.
type Rate string

var (
	rateText = regexp.MustCompile(`^(\d{1,9})/([smh]), (\d{1,9}) at once$`)
	rateUnit = map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour}
	errRate  = errors.New(`has to be like "50/s, 500 at once" (or /m, /h), or "off"`)
)

// bound reads a rate. Neither of its numbers may be 0: that would silence everybody.
func (r Rate) bound() (muc.Rate, error) {
	if r == "off" {
		return muc.Rate{}, nil
	}
	part := rateText.FindStringSubmatch(string(r))
	if part == nil {
		return muc.Rate{}, errRate
	}
	n, _ := strconv.Atoi(part[1]) // nine digits are always a number
	burst, _ := strconv.Atoi(part[3])
	if n == 0 || burst == 0 {
		return muc.Rate{}, errRate
	}
	return muc.Rate{Burst: burst, Every: rateUnit[part[2]] / time.Duration(n)}, nil
}

func aRate(r Rate) error {
	_, err := r.bound()
	return err
}

func (l Limits) bounds() muc.Bounds {
	rate := func(r Rate) muc.Rate {
		bound, _ := r.bound() // the rules have looked at it
		return bound
	}
	return muc.Bounds{
		Stanzas: rate(l.Stanzas), Entries: rate(l.Entries), Messages: rate(l.Messages), Presences: rate(l.Presences),
		Invites: rate(l.Invites), Voice: rate(l.Voice), Registrations: rate(l.Registrations), Room: rate(l.Room),
		Occupants: l.Occupants, Rooms: l.Rooms,
	}
}
