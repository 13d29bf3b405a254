package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestReadmeProvesItsTable: each row of the README's table of XEPs names scripts, and there are such scripts; each script
// is named by a row.
func TestReadmeProvesItsTable(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(text), "| XEP | section | status | scripts |\n|---|---|---|---|\n")
	if !found {
		t.Fatal("the README has no table of XEPs")
	}
	named := map[string]bool{}
	script := regexp.MustCompile("`((?:muc|muc/host|fmuc|chatneg|component)/testdata/[^`]+)`")
	for row := range strings.Lines(table) {
		if !strings.HasPrefix(row, "|") {
			break
		}
		cells := strings.Split(row, " | ")
		paths := script.FindAllStringSubmatch(cells[len(cells)-1], -1)
		if len(cells) != 4 || len(paths) == 0 {
			t.Errorf("a row names no script: %s", row)
		}
		for _, p := range paths {
			files, _ := filepath.Glob(filepath.Join("../..", p[1]+".txt"))
			if len(files) == 0 {
				t.Errorf("there is no script %s", p[1])
			}
			for _, f := range files {
				named[f] = true
			}
		}
	}
	for _, dir := range []string{"muc", "muc/host", "fmuc", "chatneg", "component"} {
		files, _ := filepath.Glob(filepath.Join("../..", dir, "testdata", "*.txt"))
		for _, f := range files {
			if !named[f] && filepath.Base(f) != "anchors.txt" {
				t.Errorf("no row of the README names %s", f)
			}
		}
	}
}
