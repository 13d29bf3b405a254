//go:build !race

package simulator_test

// enough is how many seeds of each kind are played.
const enough = plenty
