//go:build race

package lab

// raceEnabled tells whether the race detector watches us; then it watches the
// daemon too.
const raceEnabled = true
