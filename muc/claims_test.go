package muc

import (
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"isthmus/component/stanza"
)

func (r *Room) refuse(text string, user stanza.JID) *stanza.Error {
	nick, key, err := prepareNick(text)
	if err != nil {
		return err
	}
	return r.refuseNick(nick, key, user)
}

// Nicks that people take for one another are a conflict, others are not.
func TestLooks(t *testing.T) {
	for _, c := range []struct {
		a, b  string
		alike bool
	}{
		{"BOY", "B0Y", true}, // the example of RFC 7701
		{"boy", "b0y", true},
		{"BOY", "boy", true},
		{"BOY", "b0y", true},
		{"BOY", "\u0392\u039f\u03a5", true},     // Greek
		{"Alice", "\u0410lice", true},           // a Cyrillic A
		{"Alice", "\u0410li\u0441\u0435", true}, // and c and e
		{"alice", "aIice", true},
		{"alice", "a1ice", true},
		{"modem", "modern", true},
		{"paypal", "\u0440\u0430yp\u0430l", true},
		{"Ian", "lan", true},
		{"user1", "userl", true},
		{"Lady Macbeth", " lady  MACBETH ", true},
		{"\u00c5se", "A\u030ase", true},
		{"Stra\u00dfe", "Strasse", false},
		{"Ann", "Anna", false},
		{"Tom", "Tim", false},
		{"user1", "user2", false},
		{"\u4e2d", "\u56fd", false},
		{"Hamlet", "Ham1et", true},
		{"Hamlet", "Gamlet", false},
	} {
		for _, confusables := range []string{"conflict", "off"} {
			r := &Room{settings: &Settings{Confusables: confusables}, claims: claims{}}
			_, ka, _ := prepareNick(c.a)
			_, kb, _ := prepareNick(c.b)
			r.claims.add("hamlet@denmark.lit", r.lookOf(c.a))
			want := c.alike && confusables == "conflict" || ka == kb
			if got := r.claims.others("yorick@denmark.lit", r.lookOf(c.b)); got != want {
				t.Errorf("%s: %q and %q: %v", confusables, c.a, c.b, got)
			}
			if r.claims.others("hamlet@denmark.lit", r.lookOf(c.b)) {
				t.Errorf("%s: %q is in the way of his own %q", confusables, c.a, c.b)
			}
		}
	}
}

// A nick that is written as it should be stays as it is. RFC 8266 section 2.1
func TestNickIsStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		nick, key, err := prepareNick(rapid.String().Draw(t, "nick"))
		if err != nil {
			return
		}
		again, same, err := prepareNick(nick)
		if err != nil || again != nick || same != key {
			t.Fatalf("%q and %q become %q and %q: %v", nick, key, again, same, err)
		}
	})
}

// The claims say the same as a look at everybody's nicks.
func TestClaims(t *testing.T) {
	r := &Room{settings: &Settings{}}
	nicks := []string{"BOY", "B0Y", "aIice", "alice", "modem", "modern", "Tom"}
	users := []string{"hamlet@denmark.lit", "yorick@denmark.lit", "puck@athens.lit"}
	type claim struct{ user, nick string }
	rapid.Check(t, func(t *rapid.T) {
		c, model := claims{}, []claim{}
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			one := claim{rapid.SampledFrom(users).Draw(t, "user"), rapid.SampledFrom(nicks).Draw(t, "nick")}
			if i := slices.Index(model, one); i >= 0 && rapid.Bool().Draw(t, "drop") {
				c.drop(one.user, r.lookOf(one.nick))
				model = append(model[:i:i], model[i+1:]...)
			} else {
				c.add(one.user, r.lookOf(one.nick))
				model = append(model, one)
			}
			asked := claim{rapid.SampledFrom(users).Draw(t, "asks"), rapid.SampledFrom(nicks).Draw(t, "for")}
			want := false
			for _, m := range model {
				want = want || m.user != asked.user && meet(r.lookOf(m.nick), r.lookOf(asked.nick))
			}
			if got := c.others(asked.user, r.lookOf(asked.nick)); got != want {
				t.Fatalf("%v of %v: %v", asked, model, got)
			}
		}
		for _, m := range model {
			c.drop(m.user, r.lookOf(m.nick))
		}
		if len(c) > 0 {
			t.Fatalf("left: %v", c)
		}
	})
}

func meet(a, b look) bool { return a[0] == b[0] || a[0] == b[1] || a[1] == b[0] || a[1] == b[1] }

// A room that was stored before nicks had keys, or under other settings, compares its nicks all the same.
func TestOldRowsHaveLooks(t *testing.T) {
	alice, eve := stanza.MustJID("alice@a.example/pc"), stanza.MustJID("eve@e.example/web")
	stored := &Stored{
		Record:       Record{JID: testRoom, Config: DefaultConfig()},
		Affiliations: []AffiliationRecord{{JID: "alice@a.example", Affiliation: "owner", Nick: "Alice"}},
	}
	r := Open(&Settings{MaxNick: 64}, stanza.MustJID(testRoom), Birth{}, stored)
	if r.refuse("aIice", eve) == nil || r.refuse("aIice", alice) != nil {
		t.Error("eve may be aIice, or alice may not")
	}
	r.setAffiliation("alice@a.example", Admin, "")
	if a := r.affils["alice@a.example"]; a.Key1 == "" || a.Key2 == "" {
		t.Errorf("stored without keys: %v", a)
	}
}

// Two users whose reserved nicks have become alike can both be stored: only one of them with keys.
func TestRivalsAreStored(t *testing.T) {
	stored := &Stored{
		Record: Record{JID: testRoom, Config: DefaultConfig()},
		Affiliations: []AffiliationRecord{
			{JID: "alice@a.example", Affiliation: "owner", Nick: "Alice"},
			{JID: "eve@e.example", Affiliation: "member", Nick: "aIice"},
		},
	}
	r := Open(&Settings{MaxNick: 64}, stanza.MustJID(testRoom), Birth{}, stored)
	r.setAffiliation("eve@e.example", Admin, "")
	if a := r.affils["eve@e.example"]; a.Key1 != "" || a.Key2 != "" || a.Nick != "aIice" {
		t.Errorf("%+v", a)
	}
	r.setAffiliationNick("alice@a.example", None, "", "")
	r.setAffiliation("eve@e.example", Member, "")
	if a := r.affils["eve@e.example"]; a.Key1 == "" {
		t.Errorf("nobody else is called so now: %+v", a)
	}
}

// Reserved words are meant however they are spelled, with and without the comparison of looks.
func TestReservedNicks(t *testing.T) {
	list, err := Reserve([]string{"Admin", "root"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Reserve([]string{"\u200b"}); err == nil {
		t.Error("what is no nick can be reserved")
	}
	admin, user := stanza.MustJID("queen@a.example/throne"), stanza.MustJID("eve@e.example/web")
	for _, c := range []struct {
		nick, confusables string
		free              bool
	}{
		{"admin", "off", false}, {"ADMIN", "off", false}, {"Adm1n", "off", true}, {"Adm\u0456n", "conflict", false},
		{"r00t", "conflict", false}, {"r00t", "off", true}, {"Administrator", "conflict", true},
	} {
		s := &Settings{Confusables: c.confusables, Reserved: list, Admins: []string{"queen@a.example"}}
		r := &Room{settings: s, claims: claims{}}
		if got := r.refuse(c.nick, user) == nil; got != c.free {
			t.Errorf("%s %s: free %v", c.confusables, c.nick, got)
		}
		if r.refuse(c.nick, admin) != nil {
			t.Errorf("%s is not free for an administrator", c.nick)
		}
	}
}

// A user of another node whose nick looks like somebody's is told apart, as if it were the same.
func TestLooksOverLinks(t *testing.T) {
	r := Open(&Settings{Service: "muc.example", MaxNick: 64, Defaults: DefaultConfig()}, stanza.MustJID(testRoom), Birth{}, nil)
	r.Handle(Event{Stanza: enterAs(t, 0)})
	r.Handle(Event{Via: testPeer, Fact: Entered{Person: Person{JID: stanza.MustJID("rosa@remote.example/x"), Nick: "user O"}}})
	if o := r.byNick["user o (remote.example)"]; o == nil {
		t.Errorf("%v", r.byNick)
	}
}

// A nick is judged in the same time however many are reserved.
func BenchmarkRefuseNick(b *testing.B) {
	stored := &Stored{Record: Record{JID: testRoom, Config: DefaultConfig()}}
	for i := range 100_000 {
		n := strconv.Itoa(i)
		a := AffiliationRecord{JID: n + "@a.example", Affiliation: "member", Nick: "Member " + n}
		stored.Affiliations = append(stored.Affiliations, a)
	}
	r := Open(&Settings{MaxNick: 64}, stanza.MustJID(testRoom), Birth{}, stored)
	user := stanza.MustJID("alice@a.example/pc")
	for b.Loop() {
		if r.refuse("Alice", user) != nil {
			b.Fatal("refused")
		}
	}
}
