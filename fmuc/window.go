package fmuc

// A component does not see how much waits in its host server for the other one. So only so much is under way without a
// receipt; whoever sends more may find the server's queue full, and what was in it thrown away.
const (
	windowStanzas = 200
	windowBytes   = 64 << 10
)

// amount is how much was sent.
type amount struct{ stanzas, bytes int }

func (a amount) less(b amount) amount { return amount{a.stanzas - b.stanzas, a.bytes - b.bytes} }

// underWay is what was sent and not acknowledged.
func (l *Link) underWay() amount { return l.total.less(l.acked) }

// open tells whether more may be sent.
func (l *Link) open() bool {
	a := l.underWay()
	return a.stanzas < windowStanzas && a.bytes < windowBytes
}

// space is how many stanzas more may be sent.
func (l *Link) space() int { return windowStanzas - l.underWay().stanzas }

// meter asks for a receipt when half of the window is full. Without pings everything that has not come back in the time of an
// answer counts as received.
func (l *Link) meter() {
	a := l.underWay()
	full := 2*a.stanzas >= windowStanzas || 2*a.bytes >= windowBytes
	if l.doing != joined || len(l.pings) > 0 || !full && (l.c.Ping > 0 || a.stanzas == 0) {
		return
	}
	l.ping()
	l.after(probe, l.timeout())
}
