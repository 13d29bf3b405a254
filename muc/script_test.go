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
