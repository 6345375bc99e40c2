package archtest

import (
	"fmt"
	"path"
	"regexp"
	"strings"
)

// MaxLines is the hard limit for a Go file; the style asks for fewer than 500.
const MaxLines = 600

// docParagraphs are what doc.go says of a package beside what it is.
var docParagraphs = []string{"Ownership:", "Concurrency:", "Limits:"}

// docExempt folders need a package comment, but not those paragraphs.
var docExempt = []string{"cmd", "internal"}

// PackagesExplainThemselves checks that each package has a doc.go with a package
// comment and the paragraphs of the style.
func PackagesExplainThemselves(t Tree) []Finding {
	var out []Finding
	docs := map[string]*File{}
	for _, f := range t {
		if path.Base(f.Path) == "doc.go" {
			docs[f.Dir()] = f
		}
	}
	for _, dir := range t.Dirs() {
		f := docs[dir]
		switch {
		case f == nil:
			out = append(out, Finding{dir, 0, "no doc.go"})
			continue
		case strings.TrimSpace(f.Doc) == "":
			out = append(out, Finding{f.Path, 0, "no package comment"})
			continue
		}
		if contains(docExempt, topOf(dir)) {
			continue
		}
		for _, p := range docParagraphs {
			if !strings.HasPrefix(f.Doc, p) && !strings.Contains(f.Doc, "\n\n"+p) {
				out = append(out, Finding{f.Path, 0, fmt.Sprintf("no paragraph %q", p)})
			}
		}
	}
	return out
}

// FilesAreShort reports Go files longer than MaxLines.
func FilesAreShort(t Tree) []Finding {
	var out []Finding
	for _, f := range t {
		if n := strings.Count(f.Text, "\n"); n > MaxLines {
			out = append(out, Finding{f.Path, 0, fmt.Sprintf("%d lines, the limit is %d", n, MaxLines)})
		}
	}
	return out
}

// vagueNames say nothing of what a package or file holds.
var vagueNames = []string{"util", "utils", "common", "helper", "helpers", "misc", "shared", "types", "base"}

// NamesSaySomething reports packages and files with names that say nothing.
func NamesSaySomething(t Tree) []Finding {
	var out []Finding
	seen := map[string]bool{}
	for _, f := range t {
		base := path.Base(f.Dir())
		if contains(vagueNames, base) && !seen[f.Dir()] {
			seen[f.Dir()] = true
			out = append(out, Finding{f.Dir(), 0, fmt.Sprintf("a package called %q says nothing of what is in it", base)})
		}
		file := strings.TrimSuffix(strings.TrimSuffix(path.Base(f.Path), ".go"), "_test")
		if contains(vagueNames, file) {
			out = append(out, Finding{f.Path, 0, fmt.Sprintf("a file called %q says nothing of what is in it", file)})
		}
	}
	return out
}

// leftovers are words that belong to somebody's workplace, or say that the work
// is not done. The patterns are written so that they do not match themselves.
var leftovers = []struct {
	pattern *regexp.Regexp
	what    string
}{
	{regexp.MustCompile(`[/]work/|[/]home/[a-z]+/|[/]Users/[A-Za-z]+/|[C]:\\\\Users`), "a path of somebody's machine"},
	{regexp.MustCompile(`\b([T]ODO|[F]IXME|[X]XX|[H]ACK)\b`), "unfinished work: finish it or open an issue"},
}

// NothingLeftBehind reports such words, in code and in comments.
func NothingLeftBehind(t Tree) []Finding {
	var out []Finding
	for _, f := range t {
		for n, line := range strings.Split(f.Text, "\n") {
			for _, l := range leftovers {
				if m := l.pattern.FindString(line); m != "" {
					out = append(out, Finding{f.Path, n + 1, fmt.Sprintf("%q is %s", m, l.what)})
				}
			}
		}
	}
	return out
}
