package simulator_test

// debt is a rule that does not hold yet in some kind of trouble; empty names stand for all. It must be taken out as soon
// as it holds; of one that is broken by a seed in hundreds nobody can tell.
type debt struct {
	shape, play, rule, why string
	rare                   bool
}

var debts = []debt{
	{shape: "ring", rule: "flicker", why: "After an outage the tree may be another one: who came by one way goes, and comes by the other."},
	{shape: "ring", rule: "returned", why: "The same: what was said by the one way may come back by the other."},
	{shape: "ring", rule: "loss", why: "The same: what was missed goes the old way, which may be no more.", rare: true},
	{shape: "ring", rule: "unheard", why: "The same, seen by clients.", rare: true},
	{shape: "ring", rule: "roster", why: "Whoever enters or leaves meanwhile may be missed where it was open last.", rare: true},
	{shape: "ring", rule: "kick", why: "The word of it may miss its last way, too.", rare: true},
	{shape: "replica", play: "long", rule: "loss", why: "It gets no more than a history of what was said before its first answer.", rare: true},
	{shape: "replica", play: "long", rule: "unheard", why: "The same, seen by clients.", rare: true},
	{shape: "replicas", play: "long", rule: "loss", why: "The same.", rare: true},
	{shape: "replicas", play: "long", rule: "unheard", why: "The same, seen by clients.", rare: true},
	{shape: "mixed", rule: "loss", why: "A primary that dies before it has stored how far the replica is resyncs by the clock.", rare: true},
	{shape: "mixed", rule: "unheard", why: "The same, seen by clients.", rare: true},
	{shape: "mixed", rule: "subject", why: "A subject that crosses another one on its way to the primary.", rare: true},
	{shape: "mixed", rule: "flicker", why: "The last one behind a node goes while another one is on his way, over a slow link.", rare: true},
	{shape: "mixed", rule: "order", why: "A replica whose primary has resynced by the clock.", rare: true},
	{shape: "mixed", rule: "returned", why: "What a replica is told again may go back to who put it.", rare: true},
	{rule: "kick", why: "The word that somebody is put out is lost with the link, and he comes back before it is said again.", rare: true},
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
