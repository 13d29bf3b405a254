package chatneg

import "time"

// Limits of what others send (N5).
const (
	MaxForm    = 16 << 10 // bytes of <feature/>
	MaxFields  = 64
	MaxOptions = 64  // of one field
	MaxThread  = 255 // bytes
	maxValue   = 255 // bytes of a value that nobody has offered
)

// How long an answer may take. A relay gives an offer a day: people are asked.
const (
	OfferLife   = 24 * time.Hour
	resultLife  = time.Minute
	requestLife = 30 * time.Second
	Tombstone   = 10 * time.Minute // for which a thread that is over is remembered
)
