package supervisor

import (
	"sync"
	"time"
)

// maxResting bounds the rules that rest at a time: when more are too dear, it is
// not them.
const maxResting = 64

// resting are the rules that are left out for a time.
type resting struct {
	mu    sync.Mutex
	rules map[ruleKey]time.Time
}

// rest notes a rule and when it comes back.
func (r *resting) rest(k ruleKey, until time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.rules == nil {
		r.rules = map[ruleKey]time.Time{}
	}
	if _, ok := r.rules[k]; ok || len(r.rules) < maxResting {
		r.rules[k] = until
	}
}

// room reports whether another rule may rest.
func (r *resting) room() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.rules) < maxResting
}

// until is when a rule comes back; ok is false when it does not rest.
func (r *resting) until(k ruleKey) (t time.Time, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	t, ok = r.rules[k]
	return t, ok
}

// over takes out the rules whose time is over.
func (r *resting) over(now time.Time) (out []ruleKey) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for k, t := range r.rules {
		if !t.After(now) {
			out = append(out, k)
			delete(r.rules, k)
		}
	}
	return out
}

// all are the rules that rest.
func (r *resting) all() (out []ruleKey) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for k := range r.rules {
		out = append(out, k)
	}
	return out
}
