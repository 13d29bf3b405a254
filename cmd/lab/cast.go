package main

// side is the people of one server and the room that they enter.
type side struct {
	domain, room string
	people       []person
}

type person struct{ account, nick string }

var (
	wonderlanders = []person{{"alice", "Alice"}, {"hatter", "Hatter"}}
	danes         = []person{{"hamlet", "Hamlet"}, {"horatio", "Horatio"}, {"ophelia", "Ophelia"}}
)

// federated is each side in the room of its own node; the two rooms are one.
var federated = []side{
	{"wonderland.lit", "rabbithole@rooms.wonderland.lit", wonderlanders},
	{"denmark.lit", "elsinore@talk.denmark.lit", danes},
}

// ordinary is everybody in one room of Prosody's own.
var ordinary = []side{
	{"wonderland.lit", "rabbithole@muc.wonderland.lit", wonderlanders},
	{"denmark.lit", "rabbithole@muc.wonderland.lit", danes},
}

type line struct{ nick, text string }

// dialogue is what they say. The lines of one turn are said at once, before anybody has heard the other.
var dialogue = [][]line{
	{{"Alice", "But I don't want to go among mad people."}},
	{{"Hamlet", "I am but mad north-north-west."}},
	{{"Hatter", "Have you guessed the riddle yet?"}, {"Horatio", "Season your admiration for a while."}},
	{{"Ophelia", "There's rosemary, that's for remembrance."}},
	{{"Alice", "Curiouser and curiouser!"}, {"Hamlet", "Words, words, words."}},
	{{"Hatter", "No room! No room!"}},
	{{"Hamlet", "The rest is silence."}},
}
