package muc_test

import (
	"testing"

	"isthmus/muc"
	"isthmus/muc/muctest"
)

// TestScripts runs every script against the pure room.
func TestScripts(t *testing.T) {
	muctest.Run(t, "testdata/*.txt", func(_ *testing.T, s *muc.Settings) muctest.World {
		return &muctest.Rooms{Settings: s}
	})
}

// TestFrozenScripts runs them against a room that is frozen after each event, and thawed. What users have used up of their
// allowances does not outlive that.
func TestFrozenScripts(t *testing.T) {
	muctest.Run(t, "testdata/*.txt", func(t *testing.T, s *muc.Settings) muctest.World {
		b := s.Bounds
		b.Occupants, b.Rooms = 0, 0
		if b != (muc.Bounds{}) {
			t.Skip("with rates")
		}
		return &muctest.Rooms{Settings: s, Freezing: true}
	})
}
