package simulator_test

// debt is a rule that does not hold yet in some kind of trouble; empty names stand for all. It must be taken out as soon
// as it holds.
type debt struct{ shape, play, rule, why string }

var debts = []debt{
	{"", "", "loss", "A node that joins does not push up what was said there meanwhile."},
	{"", "", "unheard", "The same, seen by clients."},
	{"", "", "roster", "A link that fails silently is not noticed."},
	{"", "", "cost", "The same: what is said then does not cross."},
	{"", "", "subject", "A subject that was set on the joining side is not pushed up."},
	{"", "", "flicker", "Who is behind a link that fails is taken out at once."},
	{"", "", "noise", "A peer that still takes us for joined may be told so for long."},
	{"", "", "lazy", "The same."},
	{"", "", "kick", "Where the word of it is lost, nobody is put out at home."},
	{"ring", "", "returned", "Rings are not refused: what is said goes round both ways."},
	{"ring", "", "xml", "Whoever has left goes round for ever, and is called something longer each time."},
	{"ring", "", "storm", "The same."},
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
