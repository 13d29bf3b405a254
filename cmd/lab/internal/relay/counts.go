package relay

// Tally is a number of stanzas and their bytes, tags and all.
type Tally struct {
	Stanzas int
	Bytes   int64
}

// Counts is what came onto a lane.
type Counts struct {
	// Bytes is everything, Lost what of it was thrown away.
	Bytes, Lost int64
	// Connections is how many carried it.
	Connections int
	// Messages, Presences and IQs are the stanzas among the top-level
	// elements. What is lost counts too.
	Messages, Presences, IQs Tally
}

// Stanzas is all stanzas together.
func (c Counts) Stanzas() Tally {
	return Tally{
		Stanzas: c.Messages.Stanzas + c.Presences.Stanzas + c.IQs.Stanzas,
		Bytes:   c.Messages.Bytes + c.Presences.Bytes + c.IQs.Bytes,
	}
}

// Since is what came after an earlier count.
func (c Counts) Since(earlier Counts) Counts {
	return Counts{
		Bytes:       c.Bytes - earlier.Bytes,
		Lost:        c.Lost - earlier.Lost,
		Connections: c.Connections - earlier.Connections,
		Messages:    c.Messages.since(earlier.Messages),
		Presences:   c.Presences.since(earlier.Presences),
		IQs:         c.IQs.since(earlier.IQs),
	}
}

func (t Tally) since(earlier Tally) Tally {
	return Tally{Stanzas: t.Stanzas - earlier.Stanzas, Bytes: t.Bytes - earlier.Bytes}
}

func (c *Counts) add(e Element) {
	switch e.Name {
	case "message":
		c.Messages.add(e)
	case "presence":
		c.Presences.add(e)
	case "iq":
		c.IQs.add(e)
	}
}

func (t *Tally) add(e Element) {
	t.Stanzas++
	t.Bytes += int64(e.Bytes)
}
