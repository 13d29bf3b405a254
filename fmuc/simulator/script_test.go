package simulator_test

import (
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// shape is who joins whom.
type shape struct {
	name  string
	joins []int  // by node: whom it joins, -1 for nobody
	only  string // the one kind of trouble that makes sense, "" = all
}

var shapes = []shape{
	{"pair", []int{-1, 0}, ""},
	{"chain", []int{-1, 0, 1}, ""},
	{"star", []int{-1, 0, 0, 0}, ""},
	{"tree", []int{-1, 0, 0, 1, 1}, ""},
	{"mutual", []int{1, 0}, ""},
	{"replica", []int{-1, 0}, ""},
	{"replicas", []int{-1, 0, 1, 1}, ""},
	{"mixed", []int{-1, 0, 0, 1, 1}, ""},
	{"ring", []int{1, 2, 0}, ""}, // that it settles to a tree comes first
}

// root is the node that joins nobody, -1 if there is none.
func (s shape) root() int { return slices.Index(s.joins, -1) }

// edges are the configured links, each once.
func (s shape) edges() (list [][2]int) {
	for a, b := range s.joins {
		if b >= 0 && !slices.Contains(list, [2]int{b, a}) {
			list = append(list, [2]int{a, b})
		}
	}
	return list
}

// play is a kind of trouble: how often which verb comes, beside what users do in any case.
type play struct {
	name  string
	verbs map[string]int
}

var daily = map[string]int{"wait": 8, "enter": 10, "say": 14, "leave": 3, "nick": 2, "subject": 1, "kick": 1, "whisper": 2, "slow": 2}

var plays = []play{
	{"calm", nil},
	{"stall", map[string]int{"hole": 4, "heal": 5}},
	{"cut", map[string]int{"cut": 4, "heal": 5}},
	{"long", map[string]int{"cut": 3, "hole": 2, "heal": 4, "sleep": 2, "chat": 3}},
	{"hole", map[string]int{"hole": 4, "heal": 4, "sleep": 3}},
	{"loss", map[string]int{"lose": 4}},
	{"operator", map[string]int{"resync": 5, "hole": 2, "heal": 3}},
	{"crash", map[string]int{"crash": 4, "restart": 6}},
	{"again", map[string]int{"again": 6}},
	{"skew", map[string]int{"cut": 3, "heal": 5}},
	{"nicks", map[string]int{"cut": 2, "heal": 5, "same": 6}},
	{"twins", map[string]int{"cut": 2, "heal": 5, "crash": 1, "restart": 2}},
	{"narrow", map[string]int{"say": 20, "cut": 1, "hole": 1, "heal": 4}},
	{"all", map[string]int{"hole": 2, "cut": 3, "heal": 7, "sleep": 1, "crash": 2, "restart": 4, "again": 2, "same": 1}},
}

// script is one run, from the seed on.
type script struct {
	shape
	play string
	seed uint64
	ops  []op
}

// op is one step. What cannot be done when its turn comes is left out, so that any part of a script is a script.
type op struct {
	verb    string
	node    int
	user, n int
	d       time.Duration
}

func (o op) String() string {
	return fmt.Sprintf("{%q, %d, %d, %d, %d}", o.verb, o.node, o.user, o.n, o.d)
}

func (s script) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s/%s, seed %d, %d steps:\n", s.name, s.play, s.seed, len(s.ops))
	for _, o := range s.ops {
		fmt.Fprintf(&b, "\t%s,\n", o)
	}
	return b.String()
}

const (
	crew  = 3  // users of a node
	steps = 60 // at most
)

// write makes the script of a seed.
func write(sh shape, p play, seed uint64) script {
	s := script{shape: sh, play: p.name, seed: seed}
	r := random(seed, sh.name+"/"+p.name)
	verbs := maps.Clone(daily)
	maps.Copy(verbs, p.verbs)
	var deck []string
	for _, v := range slices.Sorted(maps.Keys(verbs)) {
		deck = append(deck, slices.Repeat([]string{v}, verbs[v])...)
	}
	for range 10 + r.IntN(steps-10) {
		s.ops = append(s.ops, op{
			verb: deck[r.IntN(len(deck))], node: r.IntN(len(sh.joins)), user: r.IntN(crew), n: r.IntN(1 << 20),
			d: time.Duration(r.Int64N(int64(3 * time.Second))),
		})
	}
	return s
}

func random(seed uint64, what string) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(what)) // a hash never fails
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}
