//go:build race

package fmuc_test

// hostility is how many hostile stanzas come from each side where the race detector watches, which takes its time.
const hostility = 5_000
