package config

import (
	"fmt"
	"strings"
)

// Policy is an exception policy: what happens to traffic that weir cannot
// handle as it should.
type Policy uint8

// The exception policies. PolicyUnset is a key that is not there, for which the
// master policy counts.
const (
	PolicyUnset Policy = iota
	PolicyIgnore
	PolicyAuto
	PolicyPassPacket
	PolicyPassFlow
	PolicyBypass
	PolicyDropPacket
	PolicyDropFlow
	PolicyReject
	PolicyRejectBoth
)

var policyNames = [...]string{"", "ignore", "auto", "pass-packet", "pass-flow", "bypass",
	"drop-packet", "drop-flow", "reject", "reject-both"}

// PolicyNames gives the words that a configuration may use.
func PolicyNames() []string { return policyNames[1:] }

func (p Policy) String() string { return policyNames[p] }

// Event is the policy's name in events and counters: drop_flow for drop-flow.
func (p Policy) Event() string {
	if p == PolicyUnset {
		p = PolicyIgnore
	}
	return strings.ReplaceAll(policyNames[p], "-", "_")
}

// UnmarshalText reads a policy. Suricata reads rejectboth and prints
// reject_both; both are taken.
func (p *Policy) UnmarshalText(text []byte) error {
	word := strings.TrimSpace(string(text))
	if word == "rejectboth" || word == "reject_both" {
		word = "reject-both"
	}
	for i, name := range policyNames[1:] {
		if word == name {
			*p = Policy(i + 1)
			return nil
		}
	}
	return fmt.Errorf("%s is not an exception policy", quote(string(text)))
}

// Policies are the exception policies in force, one for each situation that
// can go wrong; none of them is unset or auto.
type Policies struct {
	FlowMemcap       Policy
	StreamMemcap     Policy
	ReassemblyMemcap Policy
	Midstream        Policy
	DefragMemcap     Policy
	AppLayerError    Policy
}

// policyTarget is one situation: its key, and whether a flow is there to act on.
type policyTarget struct {
	key  string
	flow bool
}

var policyTargets = [...]policyTarget{
	{"flow.memcap-policy", false},
	{"stream.memcap-policy", true},
	{"stream.reassembly.memcap-policy", true},
	{"stream.midstream-policy", true},
	{"defrag.memcap-policy", false},
	{"app-layer.error-policy", true},
}

func (p *Policies) targets() [6]*Policy {
	return [6]*Policy{&p.FlowMemcap, &p.StreamMemcap, &p.ReassemblyMemcap, &p.Midstream, &p.DefragMemcap, &p.AppLayerError}
}

// ResolvePolicies gives the policies in force. given are those of the
// configuration, unset where the key is missing; master is exception-policy. Inline, auto is drop-flow, or drop-packet
// where there is no flow; passive, it is ignore. Where streams may be picked up
// midstream, auto ignores the missing beginning. Policies that act on a flow
// are reduced to their packet form where there is none; each reduction gives a
// warning. Errors name what midstream does not allow.
func ResolvePolicies(master Policy, given Policies, inline, midstream bool) (Policies, []Warning, error) {
	var out Policies
	var warnings []Warning
	from, to := given.targets(), out.targets()
	for i, target := range policyTargets {
		isMidstream := target.key == "stream.midstream-policy"
		p, key := *from[i], target.key
		if p == PolicyUnset {
			key = "exception-policy"
			if p = master; p == PolicyUnset {
				p = PolicyAuto
			}
			if !inline && (p == PolicyDropFlow || p == PolicyDropPacket) {
				p = PolicyIgnore
			}
		} else if isMidstream {
			if err := checkMidstream(p, inline, midstream); err != nil {
				return out, warnings, err
			}
		}
		if p == PolicyAuto {
			p = PolicyIgnore
			if inline && !(isMidstream && midstream) {
				p = PolicyDropFlow
				if !target.flow {
					p = PolicyDropPacket
				}
			}
		}
		if !target.flow {
			if less := packetForm(p); less != p {
				if key == target.key {
					warnings = append(warnings, Warning{Key: key, Kind: Doubtful,
						Text: fmt.Sprintf("there is no flow to act on, %s becomes %s", p, less)})
				}
				p = less
			}
		}
		*to[i] = p
	}
	if out.Midstream == PolicyDropPacket || out.Midstream == PolicyPassPacket {
		return out, warnings, &Error{Key: "exception-policy", Problem: out.Midstream.String() + " cannot be the policy for midstream sessions, which it is when stream.midstream-policy is not set",
			Remedy: "set stream.midstream-policy to ignore, pass-flow, bypass, drop-flow or reject"}
	}
	return out, warnings, nil
}

func packetForm(p Policy) Policy {
	switch p {
	case PolicyDropFlow:
		return PolicyDropPacket
	case PolicyPassFlow:
		return PolicyPassPacket
	case PolicyBypass:
		return PolicyIgnore
	}
	return p
}

func checkMidstream(p Policy, inline, midstream bool) error {
	const key = "stream.midstream-policy"
	switch {
	case p == PolicyDropPacket || p == PolicyPassPacket:
		return &Error{Key: key, Problem: p.String() + " does not fit, a session is a flow", Remedy: "write its flow form, or ignore, bypass or reject"}
	case p == PolicyAuto || p == PolicyIgnore:
	case midstream && p != PolicyPassFlow:
		return &Error{Key: key, Problem: p.String() + " does not go together with stream.midstream: yes, which takes such sessions up",
			Remedy: "write pass-flow or ignore, or set stream.midstream to no"}
	case !inline && p == PolicyDropFlow:
		return &Error{Key: key, Problem: "drop-flow cannot be carried out when weir only listens", Remedy: "write ignore, pass-flow or bypass, or run inline"}
	}
	return nil
}
