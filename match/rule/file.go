package rule

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// File is what a rule file holds.
type File struct {
	Rules    []*Rule
	Disabled int // rules behind a #
	Errors   []*Error
	// Skipped are rules whose requires does not hold: no mistakes.
	Skipped []*Error

	edit Edit
}

// ParseFile reads a rule file. The error is of the file itself; what is wrong
// with rules stands in File.Errors.
func ParseFile(path string, env *Env) (*File, error) { return ParseFileEdited(path, env, nil) }

// ParseFileEdited is ParseFile with an editor; nil changes nothing.
func ParseFileEdited(path string, env *Env, edit Edit) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ParseEdited(path, f, env, edit)
}

// Parse reads rules from r; name stands in positions.
func Parse(name string, r io.Reader, env *Env) (*File, error) { return ParseEdited(name, r, env, nil) }

// Edit changes a rule's text before it is parsed, or leaves the rule out. It is
// asked about rules behind a # as well, without the #.
type Edit func(file string, line int, text string, disabled bool) (out string, load bool)

// ParseEdited is Parse with an editor; nil changes nothing.
func ParseEdited(name string, r io.Reader, env *Env, edit Edit) (*File, error) {
	out := &File{edit: edit}
	br := bufio.NewReaderSize(r, 64<<10)
	var rule bytes.Buffer
	first, line := 0, 0
	for {
		text, tooLong, err := readLine(br)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("%s: line %d: %w", name, line+1, err)
		}
		end := errors.Is(err, io.EOF)
		line++
		if tooLong {
			out.Errors = append(out.Errors, &Error{Pos: Position{name, line, 1}, Msg: fmt.Sprintf("line of more than %d octets", MaxRule)})
			rule.Reset()
			first = 0
		} else {
			if first == 0 {
				first = line
			}
			cont := strings.HasSuffix(text, "\\")
			rule.WriteString(strings.TrimSuffix(text, "\\"))
			switch {
			case rule.Len() > MaxRule:
				out.Errors = append(out.Errors, &Error{Pos: Position{name, first, 1}, Msg: fmt.Sprintf("rule of more than %d octets", MaxRule)})
				rule.Reset()
				first = 0
			case !cont || end:
				out.add(name, first, rule.String(), env)
				rule.Reset()
				first = 0
			default:
				rule.WriteByte('\n') // keeps lines countable for columns
			}
		}
		if end {
			return out, nil
		}
	}
}

// readLine reads a line without its end; a longer one than MaxRule is skipped.
func readLine(br *bufio.Reader) (text string, tooLong bool, err error) {
	var b []byte
	for {
		part, err := br.ReadSlice('\n')
		if len(b)+len(part) <= MaxRule {
			b = append(b, part...)
		} else {
			tooLong = true
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		return strings.TrimRight(string(b), "\r\n"), tooLong, err
	}
}

// add parses one logical line.
func (f *File) add(name string, line int, text string, env *Env) {
	t := strings.TrimSpace(text)
	if t == "" {
		return
	}
	if t[0] == '#' {
		off := strings.TrimLeft(t, "# \t")
		if !looksDisabled(off) {
			return
		}
		if f.edit != nil {
			if on, load := f.edit(name, line, off, true); load {
				f.parse(name, line, on, env)
				return
			}
		}
		f.Disabled++
		return
	}
	if f.edit != nil {
		var load bool
		if text, load = f.edit(name, line, text, false); !load {
			f.Disabled++
			return
		}
	}
	f.parse(name, line, text, env)
}

func (f *File) parse(name string, line int, text string, env *Env) {
	r, err := ParseRule(name, line, text, env)
	if err != nil && err.Unmet {
		f.Skipped = append(f.Skipped, err)
		return
	}
	if err != nil {
		f.Errors = append(f.Errors, err)
		return
	}
	f.Rules = append(f.Rules, r)
}

// looksDisabled reports whether a comment is a rule that was switched off.
func looksDisabled(t string) bool {
	word, rest, ok := strings.Cut(t, " ")
	if !ok {
		return false
	}
	if _, _, ok := actionOf(word); !ok {
		return false
	}
	return strings.Contains(rest, "(") && strings.Contains(rest, "sid:")
}
