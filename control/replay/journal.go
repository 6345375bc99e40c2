package replay

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/weir-ips/weir/control/policy"
	"github.com/weir-ips/weir/match/compile"
)

// journal writes messages of the program to the files of logging.outputs that
// take JSON, as Suricata's engine log does.
func (r *run) journal(level string, messages []string) {
	list := r.cfg.Node("logging.outputs")
	if list.IsNull() {
		return
	}
	for _, n := range list.Children {
		f := n.Lookup("file")
		word := func(key string) string {
			if c := f.Lookup(key); !c.IsNull() {
				return c.Value
			}
			return ""
		}
		name := word("filename")
		if f.IsNull() || word("enabled") != "yes" && word("enabled") != "true" || word("type") != "json" || name == "" {
			continue
		}
		if !filepath.IsAbs(name) {
			name = filepath.Join(r.o.LogDir, name)
		}
		if err := appendMessages(name, level, messages); err != nil {
			fmt.Fprintln(r.o.Stderr, "warning: logging.outputs:", err)
		}
	}
}

func appendMessages(name, level string, messages []string) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	e := json.NewEncoder(f)
	for _, m := range messages {
		err = errors.Join(err, e.Encode(map[string]any{"timestamp": time.Now().Format("2006-01-02T15:04:05.000000-0700"), "log_level": level,
			"event_type": "engine", "engine": map[string]string{"message": m}}))
	}
	return errors.Join(err, f.Close())
}

// refused is the error of rules that the configuration does not allow: unlike a
// rule that is wrong, such a rule ends the run.
func (r *run) refused(set *policy.Set) error {
	if set.RuleSet == nil {
		return nil // it was compiled, and accepted, before
	}
	var messages []string
	var first error
	for i := range set.Left {
		var f compile.Forbidden
		if l := &set.Left[i]; errors.As(l.Err, &f) {
			messages = append(messages, f.Msg)
			if first == nil {
				first = fmt.Errorf("%s: sid %d: %w", l.Rule.Pos, l.Rule.SID, l.Err)
			}
		}
	}
	if first != nil {
		r.journal("Error", messages)
	}
	return first
}
