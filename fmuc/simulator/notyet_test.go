package simulator_test

// Rings over narrow wires are not played: one is closed for so long that whoever leaves meanwhile may be seen for good (one seed in
// forty).

// debt is a rule that does not hold yet in some kind of trouble; empty names stand for all. It must be taken out as soon
// as it holds.
type debt struct{ shape, play, rule, why string }

var debts = []debt{
	{"", "", "flicker", "There is still a way to be taken out and in again."},
	{"", "long", "loss", "A replica gets no more than a history of what was said before its first answer."},
	{"", "long", "unheard", "The same, seen by clients."},
	{"ring", "", "subject", "The same way as what is said."},
	{"ring", "", "loss", "What is said while a ring closes and opens again goes several ways, and may miss its last."},
	{"ring", "", "unheard", "The same, seen by clients."},
	{"ring", "", "returned", "The same: it comes back, until the ring is open."},
}

// owed is the debt that excuses this finding, nil if none does.
func owed(shape, play, rule string) *debt {
	for i, d := range debts {
		if (d.shape == "" || d.shape == shape) && (d.play == "" || d.play == play) && d.rule == rule {
			return &debts[i]
		}
	}
	return nil
}
