package muc_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSections: the README names the sections of XEP-0045 that no script cites, these and no others.
func TestSections(t *testing.T) {
	cited := map[string]bool{}
	for _, file := range scripts(t) {
		text, err := os.ReadFile(file) // #nosec G304 -- a test reads its own repository
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range reference.FindAllStringSubmatch(string(text), -1) {
			for name := m[2]; name != ""; name = above(name) {
				cited[m[1]+" "+name] = true
			}
		}
	}
	var missing []string
	for a := range readAnchors(t) {
		if section, ok := strings.CutPrefix(a, "0045 "); ok && !cited[a] {
			missing = append(missing, section)
		}
	}
	slices.Sort(missing)
	if diff := cmp.Diff(missing, uncited(t)); diff != "" {
		t.Errorf("sections without script, -real +README:\n%s", diff)
	}
}

// above is the section that a subsection belongs to by its name, "" for none.
func above(section string) string {
	return section[:max(0, strings.LastIndex(section, "-"))]
}

// scripts are all text scripts of rooms and of their service.
func scripts(t *testing.T) []string {
	var files []string
	for _, glob := range []string{"testdata/*.txt", "host/testdata/*.txt", "../fmuc/testdata/*.txt"} {
		list, err := filepath.Glob(glob)
		if err != nil || len(list) == 0 {
			t.Fatalf("no scripts at %s: %v", glob, err)
		}
		files = append(files, list...)
	}
	return files
}

// uncited reads the README's list.
func uncited(t *testing.T) []string {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(text), "| sections of XEP-0045 that no script cites | why |\n|---|---|\n")
	if !found {
		t.Fatal("the README does not list the sections that no script cites")
	}
	table, _, _ = strings.Cut(table, "\n\n")
	var list []string
	for row := range strings.Lines(table) {
		for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(strings.Split(row, " | ")[0], -1) {
			list = append(list, m[1])
		}
	}
	slices.Sort(list)
	return list
}

// TestChecks: each of the numbered promises is held by scripts or tests that are there.
func TestChecks(t *testing.T) {
	known := goTests(t)
	for _, file := range scripts(t) {
		known[strings.TrimSuffix(filepath.Base(file), ".txt")] = true
	}
	text, err := os.ReadFile("testdata/checks")
	if err != nil {
		t.Fatal(err)
	}
	held := map[int]bool{}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		number, rest, _ := strings.Cut(line, " ")
		n, err := strconv.Atoi(number)
		_, names, found := strings.Cut(rest, ": ")
		if err != nil || !found || held[n] {
			t.Errorf("not a check, or one that is there already: %s", line)
		}
		for _, name := range strings.Fields(names) {
			held[n] = true
			if !known[name] {
				t.Errorf("check %d: there is no %s", n, name)
			}
		}
	}
	want := []int{69, 70, 85, 86}
	for n := range 66 {
		want = append(want, n+1)
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(held))); diff != "" {
		t.Error(diff)
	}
}

// goTests are the names of the Go tests of rooms and their host.
func goTests(t *testing.T) map[string]bool {
	names := map[string]bool{}
	for _, glob := range []string{"*_test.go", "host/*_test.go"} {
		files, err := filepath.Glob(glob)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file) // #nosec G304 -- a test reads its own repository
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)`).FindAllStringSubmatch(string(text), -1) {
				names[m[1]] = true
			}
		}
	}
	return names
}
