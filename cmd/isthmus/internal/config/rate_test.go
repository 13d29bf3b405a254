package config

import (
	"testing"
	"time"

	"isthmus/muc"
)

func TestRate(t *testing.T) {
	for text, want := range map[Rate]muc.Rate{
		"50/s, 500 at once": {Burst: 500, Every: 20 * time.Millisecond},
		"6/m, 20 at once":   {Burst: 20, Every: 10 * time.Second},
		"1/h, 1 at once":    {Burst: 1, Every: time.Hour},
		"off":               {},
	} {
		if got, err := text.bound(); err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, text := range []Rate{"", "50", "50/s", "0/s, 5 at once", "5/s, 0 at once", "5/d, 5 at once", "-1/s, 5 at once", " off"} {
		if _, err := text.bound(); err == nil {
			t.Errorf("%q passed", text)
		}
	}
}
