package config

import (
	"errors"
	"regexp"
	"strconv"
)

// Pace is how fast a connection is, as the file says it: "2400 bit/s" or "64 kbit/s", or "off" for as fast as it goes.
type Pace string

var (
	paceText = regexp.MustCompile(`^([1-9]\d{0,8}) (k?)bit/s$`)
	errPace  = errors.New(`has to be like "2400 bit/s" or "64 kbit/s", or "off"`)
)

func aPace(p Pace) error {
	if p == "" || p == "off" || paceText.MatchString(string(p)) {
		return nil
	}
	return errPace
}

// bits are bit/s, 0 for any.
func (p Pace) bits() int {
	part := paceText.FindStringSubmatch(string(p))
	if part == nil {
		return 0
	}
	n, _ := strconv.Atoi(part[1]) // nine digits are always a number
	if part[2] == "k" {
		n *= 1000
	}
	return n
}
