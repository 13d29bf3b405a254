package simulator_test

import "time"

// crossed are such scripts about two rooms that join each other, at once or after a fault, and about what comes again or late.
var crossed = []small{
	{
		"Whoever is announced behind a request that was refused is no request.", "mutual", "crash", 61,
		[]op{
			{verb: "enter"}, {verb: "wait", d: 1298797918}, {verb: "crash", node: 1, n: 926603},
			{verb: "enter", node: 1, user: 1}, {verb: "wait", d: 2201441580}, {verb: "enter", user: 1},
			{verb: "say", node: 1, user: 1},
		},
	},
	{
		"Each of two rooms takes the other for the one that has joined it, after two crashes.", "mutual", "crash", 107,
		[]op{
			{verb: "enter", node: 1}, {verb: "slow", d: 2893977532, n: 980910}, {verb: "slow", d: 2135755142, n: 993245},
			{verb: "enter"}, {verb: "wait", d: 2311530268}, {verb: "crash", node: 1, n: 506483},
			{verb: "enter", node: 1, user: 1}, {verb: "wait", d: 4610736111}, {verb: "crash", n: 77564},
		},
	},
	{
		"The same, because a request came back and the one behind it did not.", "mutual", "skew", 196,
		[]op{
			{verb: "cut", n: 128571}, {verb: "enter", user: 1}, {verb: "heal", n: 347991}, {verb: "enter"},
			{verb: "enter", node: 1, user: 1}, {verb: "wait", d: 1445451810},
		},
	},
	{
		"A request is refused because the peer is joining: its people are here already.", "mutual", "loss", 254,
		[]op{
			{verb: "enter", user: 1}, {verb: "say", user: 1}, {verb: "lose", n: 415736}, {verb: "leave", user: 1},
			{verb: "enter", user: 1}, {verb: "enter", node: 1, user: 1},
		},
	},
	{
		"Somebody leaves who was announced behind a request that was refused.", "mutual", "operator", 46,
		[]op{
			{verb: "enter", user: 1}, {verb: "enter", node: 1, user: 2}, {verb: "say", node: 1, user: 2},
			{verb: "nick", node: 1, user: 2, n: 402204}, {verb: "leave", node: 1, user: 2},
		},
	},
	{
		"The other side joins after an outage: it has not got what it was sent in vain.", "mutual", "long", 269,
		[]op{
			{verb: "enter"}, {verb: "wait", d: 612078268}, {verb: "cut", n: 1006637}, {verb: "enter", node: 1, user: 1},
			{verb: "chat", n: 736528}, {verb: "wait", d: 2953023483}, {verb: "leave"},
		},
	},
	{
		"The other side joins, and has wanted to for a shorter time than this one.", "mutual", "long", 283,
		[]op{
			{verb: "cut", n: 407513}, {verb: "enter", node: 1, user: 1}, {verb: "say", node: 1, user: 1},
			{verb: "enter", node: 1, user: 2}, {verb: "sleep"}, {verb: "enter", user: 2},
			{verb: "chat", node: 1, user: 2, n: 591548},
		},
	},
	{
		"As much comes of an answer that nobody has asked for as was lost before it.", "mutual", "cut", 53,
		[]op{
			{verb: "enter", node: 1, user: 1}, {verb: "enter", user: 2}, {verb: "wait", d: 1864652389}, {verb: "cut", n: 420791},
			{verb: "say", node: 1, user: 1}, {verb: "enter", node: 1}, {verb: "say", node: 1, user: 1},
			{verb: "heal", node: 1, n: 686256}, {verb: "say", node: 1}, {verb: "enter"}, {verb: "wait", d: 715859332},
		},
	},
	{
		"The word that an earlier visit has ended is delivered twice, the second time in the next one.", "pair", "again", 68,
		[]op{
			{verb: "enter", node: 1, user: 1}, {verb: "wait", d: 2271519658}, {verb: "leave", node: 1, user: 1},
			{verb: "enter", user: 2}, {verb: "enter", node: 1, user: 1}, {verb: "wait", d: 487686527},
			{verb: "again", n: 240405},
		},
	},
	{
		"The other side's last word before a request to join anew is that somebody leaves.", "mutual", "operator", 46,
		[]op{
			{verb: "enter", user: 1}, {verb: "enter", node: 1, user: 2}, {verb: "wait", d: 77 * time.Millisecond},
			{verb: "say", node: 1, user: 2}, {verb: "resync", node: 1, user: 2, n: 676411}, {verb: "leave", node: 1, user: 2},
		},
	},
	{
		"The same, and the node has forgotten its room in between.", "pair", "again", 68,
		[]op{
			{verb: "enter", node: 1, user: 1}, {verb: "wait", d: 2271519658}, {verb: "leave", node: 1, user: 1},
			{verb: "wait", d: 1712461107}, {verb: "enter", user: 2}, {verb: "enter", node: 1, user: 1},
			{verb: "wait", d: 487686527}, {verb: "again", n: 240405},
		},
	},
	{
		"The same about a visit that has ended before it was answered.", "replica", "again", 37,
		[]op{
			{verb: "enter", node: 1, user: 2}, {verb: "enter", node: 1, user: 2}, {verb: "enter", user: 1},
			{verb: "enter", node: 1}, {verb: "wait", d: 1348764594}, {verb: "again", n: 606573},
		},
	},
	{
		"The word that somebody is put out is lost, and the room that has put him out is empty.", "star", "long", 149,
		[]op{
			{verb: "enter", node: 1}, {verb: "enter", node: 2}, {verb: "sleep"}, {verb: "kick", node: 1},
			{verb: "cut", n: 801477}, {verb: "leave", node: 1},
		},
	},
	{
		"The word that somebody is put out is lost, and he goes on talking.", "pair", "loss", 1,
		[]op{
			{verb: "enter", user: 2}, {verb: "enter", node: 1}, {verb: "wait", d: time.Second}, {verb: "kick", node: 1},
			{verb: "lose"}, {verb: "wait", d: time.Minute}, {verb: "say", user: 2}, {verb: "say", node: 1},
		},
	},
	{
		"The last one behind a node is put out from above while another one is on his way.", "mixed", "operator", 23,
		[]op{
			{verb: "enter"}, {verb: "enter", node: 4, user: 2}, {verb: "wait", d: 1287061552}, {verb: "kick", n: 829496},
			{verb: "enter", node: 4},
		},
	},
	{
		"Two requests cross that were made at the same instant, and one of them ends a visit before it is answered.", "mutual", "stall", 87,
		[]op{
			{verb: "enter", user: 1}, {verb: "hole"}, {verb: "enter", node: 1}, {verb: "leave", node: 1},
			{verb: "enter", node: 1},
		},
	},
}
