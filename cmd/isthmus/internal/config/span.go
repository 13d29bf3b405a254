package config

import (
	"errors"
	"time"
)

// Span is a time of a link, as the file says it: "30s", or "" where another one holds.
type Span string

var errSpan = errors.New(`has to be a time such as "30s" or "5m", or "" for what is said elsewhere`)

func (s Span) duration() time.Duration {
	d, _ := time.ParseDuration(string(s)) // the rules have looked at it
	return d
}

func aSpan(s Span, check func(time.Duration) error) error {
	if s == "" {
		return nil
	}
	d, err := time.ParseDuration(string(s))
	if err != nil {
		return errSpan
	}
	return check(d)
}

func aSecond(d time.Duration) error        { return atLeast(d, time.Second) }
func aSecondOrNever(d time.Duration) error { return atLeastOr(d, time.Second) }
func anyTime(d time.Duration) error        { return atLeast(d, 0) }
