//go:build !race

package fmuc_test

// hostility is how many hostile stanzas come from each side.
const hostility = 50_000
