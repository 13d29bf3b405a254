package fmuc

// Size is how many things a link remembers.
func (l *Link) Size() int {
	n := len(l.ours) + len(l.theirs) + len(l.roster) + len(l.nicks) + len(l.unlogged) + len(l.reply.history) + len(l.pings)
	for d := range l.queues {
		n += len(l.queues[d].list)
	}
	return n
}
