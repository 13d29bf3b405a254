package simulator_test

// circles are such scripts about rooms that join each other in a ring.
var circles = []small{
	{
		"Two of three rooms in a ring join at once.", "ring", "calm", 1,
		[]op{
			{verb: "enter", node: 1}, {verb: "enter", user: 1},
		},
	},
	{
		"What is said while a ring closes goes one way only.", "ring", "calm", 6,
		[]op{
			{verb: "enter", node: 1, user: 1}, {verb: "say", node: 1, user: 1}, {verb: "enter", node: 2},
			{verb: "wait", d: 2758231216},
		},
	},
	{
		"The same, and nothing gets through for a while.", "ring", "stall", 2,
		[]op{
			{verb: "hole", n: 686586}, {verb: "enter", node: 2, user: 1}, {verb: "enter", node: 1},
			{verb: "wait", d: 493543665}, {verb: "say", node: 1},
		},
	},
	{"All rooms in a ring join one after the other, at once.", "ring", "crash", 4, nil},
	{
		"A ring closes after an outage.", "ring", "long", 1,
		[]op{
			{verb: "enter"}, {verb: "enter", node: 2, user: 1},
		},
	},
	{
		"Somebody is at two rooms of a ring.", "ring", "twins", 5,
		[]op{
			{verb: "enter", user: 1}, {verb: "enter", node: 1}, {verb: "say", user: 1},
		},
	},
}
