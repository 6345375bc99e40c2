package doctor

import (
	"fmt"
	"io"
	"strings"
)

// Grade says how a thing stands.
type Grade uint8

// Grades. Fine needs nothing; Note is worth knowing; Slow works and costs speed
// or latency; Broken keeps weir from running as it is configured.
const (
	Fine Grade = iota
	Note
	Slow
	Broken
)

// String is the word that a person reads.
func (g Grade) String() string { return [...]string{"fine", "note", "slow", "broken"}[g] }

// Finding is what was found about one thing.
type Finding struct {
	What  string `json:"what"`
	Grade Grade  `json:"-"`
	Word  string `json:"grade"`
	Found string `json:"found"`
	// Remedy are the commands that mend it, one a line; empty where nothing is to
	// do.
	Remedy []string `json:"remedy,omitempty"`
	// Safe: the commands change nothing that runs, so --fix may run them.
	Safe bool `json:"safe,omitempty"`
	// Reboot: the remedy holds after the next start of the machine.
	Reboot bool `json:"reboot,omitempty"`
}

// Report is an examination.
type Report []Finding

// Broken reports whether something keeps weir from running.
func (r Report) Broken() bool {
	for i := range r {
		if r[i].Grade == Broken {
			return true
		}
	}
	return false
}

// Print writes the report for people: a line a finding, its remedies below it.
func (r Report) Print(w io.Writer) {
	for i := range r {
		f := &r[i]
		fmt.Fprintf(w, "%-7s %-16s %s\n", f.Grade, f.What, f.Found)
		for _, c := range f.Remedy {
			fmt.Fprintf(w, "%24s $ %s\n", "", c)
		}
		switch {
		case len(f.Remedy) == 0:
		case f.Reboot:
			fmt.Fprintf(w, "%26s(holds after the next boot)\n", "")
		case f.Safe:
			fmt.Fprintf(w, "%26s(weir doctor --fix does it)\n", "")
		}
	}
}

// Fix runs the safe remedies and says what it does. It returns how many findings
// were acted on, and the first command that failed.
func (r Report) Fix(w io.Writer, run func(command string) error) (int, error) {
	n := 0
	for i := range r {
		f := &r[i]
		if !f.Safe || f.Grade < Note || len(f.Remedy) == 0 {
			continue
		}
		for _, c := range f.Remedy {
			fmt.Fprintf(w, "%s: %s\n", f.What, c)
			if err := run(c); err != nil {
				return n, fmt.Errorf("%s: %q failed: %s", f.What, c, strings.TrimSpace(err.Error()))
			}
		}
		n++
	}
	return n, nil
}
