package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weir-ips/weir/match/rule"
)

// rollout applies lists, preset and modes to rules: their text before they are
// parsed, their mode afterwards.
type rollout struct {
	*lists
	classes map[string]rule.Class
	// needed are flowbits that taken rules ask for: rules that set them are taken
	// as well.
	needed map[string]bool
	shadow map[rule.Position]bool // by file and line
	// notes are what was refused, a line each; quiet counts what the preset was
	// refused, which nobody named one by one.
	notes        []string
	quietNoalert int
	quietShipped int
	converted    int
	shadowed     int
}

func newRollout(l *lists, classes map[string]rule.Class) *rollout {
	return &rollout{lists: l, classes: classes, needed: map[string]bool{}, shadow: map[rule.Position]bool{}}
}

// wanted says whether a rule is loaded, but for the flowbits that others need.
func (o *rollout) wanted(r *ruleText) (on, byPreset bool) {
	on = !r.disabled
	if on && o.disable.match(r) {
		on = false
	}
	if !on && o.enable.match(r) {
		on = true
	}
	if on && o.off.match(r) {
		return false, false
	}
	if on && o.preset != presetNone {
		f := r.facts(o.classes)
		if takes, _ := o.preset.judge(&f); !takes {
			return false, true
		}
	}
	return on, false
}

// collect notes the flowbits that a rule needs if it is taken. It is called for
// every rule until nothing is added any more.
func (o *rollout) collect(rules []*ruleText) {
	for more := true; more; {
		more = false
		for _, r := range rules {
			on, byPreset := o.wanted(r)
			if !on && !(byPreset && o.setsNeeded(r)) {
				continue
			}
			for _, u := range r.bits {
				for _, n := range u.names {
					if !u.sets && !o.needed[n] {
						o.needed[n], more = true, true
					}
				}
			}
		}
	}
}

// setsNeeded reports whether a rule sets a flowbit that a taken rule asks for.
func (o *rollout) setsNeeded(r *ruleText) bool {
	r.parse()
	for _, u := range r.bits {
		if u.sets && slices.ContainsFunc(u.names, func(n string) bool { return o.needed[n] }) {
			return true
		}
	}
	return false
}

// edit is a rule's text as it is to be loaded; ok is false when it is not.
func (o *rollout) edit(file string, line int, text string, disabled bool) (out string, ok bool) {
	r := &ruleText{file: file, text: text, disabled: disabled}
	on, byPreset := o.wanted(r)
	if !on && byPreset {
		on = o.setsNeeded(r)
	}
	drop := o.drop.match(r)
	if !on {
		if drop && disabled && !o.off.match(r) {
			o.note(r, line, "is not turned to drop: its file has it switched off; enable it first")
		}
		return "", false
	}
	out = text
	for i := range o.modify {
		if c := &o.modify[i]; c.who.match(r) {
			out = c.apply(out)
		}
	}
	was, is := action(text), action(out)
	if was == "alert" && (is == "drop" || strings.HasPrefix(is, "reject")) {
		// modify.conf made it one: the same holds as for drop.conf.
		if why := o.refuses(r); why != "" {
			o.note(r, line, "is not turned to "+is+": "+why)
			out = setAction(out, "alert")
		}
	} else if is == "alert" {
		out = o.convert(r, line, out, drop || o.enforce.match(r))
	}
	is = action(out)
	if (is == "drop" || strings.HasPrefix(is, "reject")) && !o.enforce.match(r) && (o.shadowAll || o.shadows.match(r)) {
		o.shadow[rule.Position{File: file, Line: line}] = true
		o.shadowed++
	}
	return out, true
}

// convert turns an alert to a drop where a list or the preset says so and nothing
// speaks against it.
func (o *rollout) convert(r *ruleText, line int, text string, named bool) string {
	want := named
	if !want && o.preset != presetNone {
		f := r.facts(o.classes)
		_, want = o.preset.judge(&f)
	}
	if !want {
		return text
	}
	switch why := o.refuses(r); {
	case why == "":
		o.converted++
		return setAction(text, "drop")
	case named:
		o.note(r, line, "is not turned to drop: "+why)
	case r.noalert:
		o.quietNoalert++
	default:
		o.quietShipped++
	}
	return text
}

// refuses says why an alert must not become a drop.
func (o *rollout) refuses(r *ruleText) string {
	r.parse()
	switch {
	case r.noalert:
		return "it has noalert, it only remembers something for other rules"
	case r.disabled:
		return "its file has it switched off, so its author does not trust it; copy it into a file of your own to drop by it"
	}
	return ""
}

func (o *rollout) note(r *ruleText, line int, what string) {
	r.parse()
	o.notes = append(o.notes, fmt.Sprintf("%s: sid %d %s", rule.Position{File: r.file, Line: line, Col: 1}, r.sid, what))
}

// report is what was refused and changed, a line each.
func (o *rollout) report() []string {
	out := o.notes
	if o.quietNoalert > 0 {
		out = append(out, fmt.Sprintf("preset %s: %d rules stay alerts: they have noalert", Presets[o.preset], o.quietNoalert))
	}
	if o.quietShipped > 0 {
		out = append(out, fmt.Sprintf("preset %s: %d rules stay alerts: their files have them switched off", Presets[o.preset], o.quietShipped))
	}
	return out
}

// after gives parsed rules their mode.
func (o *rollout) after(rules []*rule.Rule) {
	for _, r := range rules {
		if o.shadow[rule.Position{File: r.Pos.File, Line: r.Pos.Line}] {
			r.Shadow = true
		}
	}
}

// action is a rule's first word.
func action(text string) string {
	from, to := firstWord(text)
	return strings.ToLower(text[from:to])
}

// setAction replaces a rule's first word.
func setAction(text, word string) string {
	from, to := firstWord(text)
	return text[:from] + word + text[to:]
}

// firstWord is where the first word of a text stands.
func firstWord(text string) (from, to int) {
	const space = " \t\n"
	from = len(text) - len(strings.TrimLeft(text, space))
	if to = strings.IndexAny(text[from:], space); to < 0 {
		to = len(text) - from
	}
	return from, from + to
}
