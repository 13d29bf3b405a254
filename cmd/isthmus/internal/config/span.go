package config

import (
	"errors"
	"time"
)

// Span is a time of one room, as the file says it: "30s", or "" where the service's holds.
type Span string

var errSpan = errors.New(`has to be a time such as "30s" or "5m", or "" for the one of [federation]`)

// or is the span, where there is none the other one.
func (s Span) or(other time.Duration) time.Duration {
	if d, err := time.ParseDuration(string(s)); err == nil {
		return d
	}
	return other
}

// aSpan holds a room's own time to what holds for the service's.
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
