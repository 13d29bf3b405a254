package simulator_test

import (
	"flag"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"isthmus/muc/muctest"
)

var (
	seeds  = flag.Int("seeds", 0, "how many seeds of each kind are played; 0 = as many as CI has time for")
	first  = flag.Uint64("first", 1, "the first of them")
	strict = flag.Bool("strict", false, "tell of the rules that do not hold yet, too")
)

// plenty is how many seeds of each kind must hold a rule before it is said to hold.
const plenty = 25

// run plays a script in a bubble of its own and returns what became of the world.
func run(t *testing.T, s script, prepare ...func(*world)) (w *world) {
	synctest.Test(t, func(*testing.T) {
		time.Sleep(time.Until(muctest.Start))
		w = newWorld(s)
		defer w.end()
		for _, f := range prepare {
			f(w)
		}
		for _, n := range w.nodes {
			n.start()
		}
		for _, o := range s.ops {
			w.do(o)
		}
		w.quiet()
		w.check()
		w.talk()
		w.check()
		w.checkSilence()
		w.checkStorm()
		w.checkLazy()
	})
	return w
}

// TestPlay plays every kind of trouble in every shape.
func TestPlay(t *testing.T) {
	n := *seeds
	if n == 0 {
		n = enough
	}
	var paid ledger
	kinds := 0
	t.Run("all", func(t *testing.T) {
		for _, sh := range shapes {
			for _, p := range plays {
				if sh.only != "" && sh.only != p.name {
					continue
				}
				kinds++
				t.Run(sh.name+"/"+p.name, func(t *testing.T) {
					t.Parallel()
					playAll(t, &paid, sh, p, n)
				})
			}
		}
	})
	if paid.kinds < kinds || n < plenty || *first != 1 {
		return // too few to say that something holds
	}
	for i := range debts {
		if !paid.broken[&debts[i]] && !debts[i].rare {
			t.Errorf("This holds now; take it out of the list: %+v", debts[i])
		}
	}
}

// ledger is what was found of the debts.
type ledger struct {
	mu     sync.Mutex
	kinds  int // of trouble that were played to the end
	broken map[*debt]bool
}

func (l *ledger) add(list map[*debt]bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.kinds++
	if l.broken == nil {
		l.broken = map[*debt]bool{}
	}
	maps.Copy(l.broken, list)
}

// playAll plays n seeds of one kind of trouble, and reports the first that breaks each rule.
func playAll(t *testing.T, paid *ledger, sh shape, p play, n int) {
	examples, counts, excused := map[string]script{}, map[string]int{}, map[*debt]bool{}
	for i := range n {
		s := write(sh, p, *first+uint64(i))
		for rule := range run(t, s).findings {
			counts[rule]++
			d := owed(sh.name, p.name, rule)
			if d != nil && !*strict {
				excused[d] = true
			} else if _, known := examples[rule]; !known {
				examples[rule] = s
			}
		}
	}
	paid.add(excused)
	for _, rule := range slices.Sorted(maps.Keys(examples)) {
		report(t, examples[rule], rule, counts[rule], n)
	}
}

// report tells what breaks a rule: the smallest script, and what happens in it.
func report(t *testing.T, s script, rule string, count, of int) {
	s = shrink(t, s, rule)
	w := run(t, s, func(w *world) { w.tracing = true })
	t.Errorf("%s is broken by %d of %d seeds: %s\n%s%s", rule, count, of, w.findings[rule], s, strings.Join(w.traced[:min(len(w.traced), *lines)], "\n"))
}

// lines of a run are told at most: what is wrong in a small script is wrong soon.
var lines = flag.Int("lines", 120, "how much is told of a run")
