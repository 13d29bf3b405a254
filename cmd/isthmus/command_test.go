package main

import (
	"strings"
	"sync"
	"testing"
)

// page is a writer for several goroutines. What is written can be waited for.
type page struct {
	mu   sync.Mutex
	text string
	more chan struct{} // closed by the next write; nil when nobody waits
}

func (p *page) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text += string(b)
	if p.more != nil {
		close(p.more)
		p.more = nil
	}
	return len(b), nil
}

func (p *page) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text
}

// await waits until words are on the page.
func (p *page) await(words string) {
	for {
		p.mu.Lock()
		if strings.Contains(p.text, words) {
			p.mu.Unlock()
			return
		}
		if p.more == nil {
			p.more = make(chan struct{})
		}
		more := p.more
		p.mu.Unlock()
		<-more
	}
}

func isthmus(t *testing.T, args ...string) (code int, out, err string) {
	t.Helper()
	var o, e page
	code = run(t.Context(), world{&o, &e}, args)
	return code, o.String(), e.String()
}

func TestHelpHasEveryCommand(t *testing.T) {
	code, out, _ := isthmus(t, "help")
	if code != 0 {
		t.Errorf("exit code %d", code)
	}
	for _, c := range commands {
		if !strings.Contains(out, "isthmus "+c.name+"\n    \t"+c.about) {
			t.Errorf("no %s in\n%s", c.name, out)
		}
	}
	if !strings.Contains(out, "-config FILE") {
		t.Errorf("no flag in\n%s", out)
	}
}

func TestCommandLine(t *testing.T) {
	tests := []struct {
		args     string
		code     int
		out, err string // what each begins with
	}{
		{"", 1, "", "isthmus serves"},
		{"--help", 0, "isthmus serves", ""},
		{"check -h", 0, "isthmus check\n", ""},
		{"version", 0, "isthmus dev (go", ""},
		{"--version", 0, "isthmus dev (go", ""},
		{"version 2", 1, "", `isthmus: version: "2" is too much: "isthmus help" tells what there is`},
		{"archive", 1, "", `isthmus: there is no command "archive"`},
		{"archive export -h", 0, "isthmus archive export\n", ""},
		{"archive verify x", 1, "", `isthmus: archive verify: "x" is too much`},
		{"sreve", 1, "", `isthmus: there is no command "sreve": "isthmus help" tells what there is`},
		{"serve -cfg x", 1, "", "isthmus: serve: flag provided but not defined: -cfg"},
		{"serve -config /nowhere/x", 1, "", "/nowhere/x: the file cannot be read: no such file or directory\n"},
		{"check -config /nowhere/x", 1, "/nowhere/x: the file cannot be read: no such file or directory\n", ""},
	}
	for _, test := range tests {
		code, out, err := isthmus(t, strings.Fields(test.args)...)
		if code != test.code || !begins(out, test.out) || !begins(err, test.err) {
			t.Errorf("isthmus %s: got %d\n%s\n%s", test.args, code, out, err)
		}
	}
}

// begins tells whether text begins so, or is empty where that is wanted.
func begins(text, with string) bool {
	return strings.HasPrefix(text, with) && (with != "" || text == "")
}
