//go:build race

package simulator_test

// enough is how many seeds of each kind are played where the race detector watches, which takes its time.
const enough = 8
