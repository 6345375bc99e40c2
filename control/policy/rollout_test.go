package policy

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weir-ips/weir/control/config"
)

const someRules = `alert tcp any any -> any any (msg:"sure"; content:"aaaa"; classtype:trojan-activity; metadata:confidence High, signature_severity Critical; sid:1; rev:1;)
alert tcp any any -> any any (msg:"unsure"; content:"bbbb"; classtype:trojan-activity; metadata:confidence Low, signature_severity Major; sid:2; rev:1;)
alert tcp any any -> any any (msg:"remembers"; content:"cccc"; flowbits:set,seen; flowbits:noalert; classtype:misc-activity; metadata:confidence Low; sid:3;)
alert tcp any any -> any any (msg:"needs it"; content:"dddd"; flowbits:isset,seen; classtype:trojan-activity; metadata:confidence High, signature_severity Major; sid:4;)
# alert tcp any any -> any any (msg:"shipped off"; content:"eeee"; classtype:trojan-activity; metadata:confidence High, signature_severity Critical; sid:5;)
drop tcp any any -> any any (msg:"drops"; content:"ffff"; classtype:misc-activity; sid:6;)
alert tcp any any -> any any (msg:"informs"; content:"gggg"; classtype:policy-violation; metadata:confidence High, signature_severity Informational; sid:7;)
# a remark (with sid:8 in it)
`

// outcome is what became of the rules: "SID action" with "shadow" behind it.
func outcomes(s *Set) []string {
	var out []string
	for _, r := range s.Meta.Rules {
		text := strings.TrimSpace(strings.Join([]string{string('0' + rune(r.SID)), r.Action, r.Mode}, " "))
		out = append(out, text)
	}
	slices.Sort(out)
	return out
}

func TestRollout(t *testing.T) {
	plain := []string{"1 alert", "2 alert", "3 alert", "4 alert", "6 drop", "7 alert"}
	but := func(change ...string) []string {
		out := slices.Clone(plain)
		for _, c := range change {
			out = slices.DeleteFunc(out, func(s string) bool { return s[0] == c[0] })
			if len(c) > 1 {
				out = append(out, c)
			}
		}
		slices.Sort(out)
		return out
	}
	for _, row := range []struct {
		name                          string
		plan                          config.RulePlan
		disable, enable, drop, modify string
		want                          []string
		says                          []string
	}{
		{name: "nothing", want: plain},
		{name: "by number", disable: "1\n1:2 # why\n", want: but("1", "2")},
		{name: "several numbers", disable: "1, 2,1:4", want: but("1", "2", "4")},
		{name: "by expression", disable: "re:msg:\"(un)?SURE", want: but("1", "2")},
		{name: "by class", disable: "class:trojan-activity", want: but("1", "2", "4")},
		{name: "by file", disable: "group:my.rules", want: []string{}},
		{name: "by file's pattern", disable: "group:m?*", want: []string{}},
		{name: "by another file", disable: "group:other.rules", want: plain},
		{name: "by metadata", disable: "metadata: confidence low", want: but("2", "3")},
		{name: "enable", enable: "5", want: but("5 alert")},
		{name: "enable wins over the list", disable: "re:.", enable: "1", want: []string{"1 alert"}},
		{name: "policy.disable wins over all", enable: "5", plan: config.RulePlan{Disable: []string{"5", "1"}}, want: but("1")},
		{name: "drop", drop: "1\nclass:policy-violation", want: but("1 drop", "7 drop")},
		{name: "drop of what remembers", drop: "re:.", want: but("1 drop", "2 drop", "4 drop", "7 drop"), says: []string{"sid 3 is not turned to drop: it has noalert", "sid 5 is not turned to drop: its file has it switched off; enable it first"}},
		{name: "drop of what was shipped off", enable: "5", drop: "5", want: but("5 alert"), says: []string{"sid 5 is not turned to drop: its file has it switched off, so"}},
		{name: "enforce", plan: config.RulePlan{Enforce: []string{"1", "3"}}, want: but("1 drop"), says: []string{"sid 3 is not"}},
		{name: "modify", modify: `1 "content:\"aaaa\"" "content:\"zzzz\""`, want: plain},
		{name: "modify to drop", modify: `re:sid:(1|3); "^alert (\w+)" "drop \1"`, want: but("1 drop"), says: []string{"sid 3 is not turned to drop"}},
		{name: "modify as oinkmaster", modify: `modifysid 1,2 "^alert" | "reject"`, want: but("1 reject", "2 reject")},
		{name: "modify all", modify: `modifysid * "any -> any any" | "any -> any 80"`, want: plain},
		{name: "shadow by number", plan: config.RulePlan{Shadow: []string{"6", "1"}}, want: but("6 drop shadow")},
		{name: "shadow by class of what was dropped by list", plan: config.RulePlan{Shadow: []string{"class:trojan-activity"}}, drop: "1\n7", want: but("1 drop shadow", "7 drop")},
		{name: "shadow by file", plan: config.RulePlan{Shadow: []string{"group:my"}}, want: but("6 drop shadow")},
		{name: "shadow all but one", plan: config.RulePlan{ShadowAll: true, Enforce: []string{"1"}}, want: but("1 drop", "6 drop shadow")},
		{name: "connectivity", plan: config.RulePlan{Preset: "connectivity"}, want: []string{"1 drop", "3 alert", "4 drop"}},
		{name: "balanced", plan: config.RulePlan{Preset: "balanced"}, want: []string{"1 drop", "3 alert", "4 drop", "6 drop", "7 alert"}},
		{name: "security", plan: config.RulePlan{Preset: "security"}, want: but("1 drop", "4 drop")},
		{name: "preset in shadow", plan: config.RulePlan{Preset: "security", ShadowAll: true}, want: but("1 drop shadow", "4 drop shadow", "6 drop shadow")},
		{name: "a wrong line", disable: "1\nsid:4\nre:(\n", want: but("1"), says: []string{"disable.conf:2:", "disable.conf:3:"}},
		{name: "a wrong change", modify: "1 \"a\"\n2 \"(\" \"b\"\n", want: plain, says: []string{"modify.conf:1:", "modify.conf:2:"}},
		{name: "a wrong element", plan: config.RulePlan{Shadow: []string{"nonsense"}}, want: plain, says: []string{"policy.shadow:1:"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			q, dir := setup(t, someRules, "policy.cache.enabled=no")
			row.plan.Cache = config.No
			for _, f := range []struct {
				text, name string
				to         *string
			}{{row.disable, "disable.conf", &row.plan.DisableConf}, {row.enable, "enable.conf", &row.plan.EnableConf},
				{row.drop, "drop.conf", &row.plan.DropConf}, {row.modify, "modify.conf", &row.plan.ModifyConf}} {
				if f.text != "" {
					*f.to = filepath.Join(dir, f.name)
					if err := os.WriteFile(*f.to, []byte(f.text), 0o644); err != nil {
						t.Fatal(err)
					}
				}
			}
			q.Sections.Policy = row.plan
			s := load(t, q)
			if got := outcomes(s); !slices.Equal(got, row.want) {
				t.Errorf("%q\nwant %q\n%s", got, row.want, strings.Join(s.Messages(), "\n"))
			}
			all := strings.Join(s.Messages(), "\n")
			for _, w := range row.says {
				if !strings.Contains(all, w) {
					t.Errorf("nothing says %q:\n%s", w, all)
				}
			}
			if len(row.says) == 0 && all != "" && row.plan.Preset == "" {
				t.Error(all)
			}
		})
	}
}

func TestChange(t *testing.T) {
	const text = `alert tcp any any -> any any (msg:"a$b"; metadata:k v, old x; sid:1;)`
	for _, row := range [][2]string{
		{`1 "a\$b" "c$1\\d"`, `alert tcp any any -> any any (msg:"c$1\d"; metadata:k v, old x; sid:1;)`},
		{`1 "(msg):\"(.)" "\1:\"\2\2"`, `alert tcp any any -> any any (msg:"aa$b"; metadata:k v, old x; sid:1;)`},
		{`metadata-add 1 "new" "y"`, `alert tcp any any -> any any (msg:"a$b"; metadata:k v, old x, new y; sid:1;)`},
		{`metadata-set 1 "old" "y"`, `alert tcp any any -> any any (msg:"a$b"; metadata:k v, old y; sid:1;)`},
	} {
		c, err := parseChange(row[0])
		if err != nil {
			t.Fatal(err)
		}
		if got := c.apply(text); got != row[1] {
			t.Errorf("%s\n%s\nwant %s", row[0], got, row[1])
		}
	}
	c, _ := parseChange(`metadata-add 1 "new" "y"`)
	if got := c.apply(`alert ip any any -> any any (sid:1;)`); got != `alert ip any any -> any any (sid:1; metadata:new y;)` {
		t.Error(got)
	}
}

// FuzzLists: no line of a list and no rule's text does more than give an error,
// and what is not changed stays as it was.
func FuzzLists(f *testing.F) {
	f.Add(`re:sid`, `1 "a" "b"`, `alert tcp any any -> any any (msg:"\;"; sid:1; metadata:a b;)`)
	f.Add(`1:2,3`, `metadata-set * "a" "b"`, `alert ip any any -> any any (flowbits:set,a|b;sid:4294967296;)`)
	f.Add(`group:[`, `modifysid 1 "(" | "\9"`, `(`)
	f.Fuzz(func(t *testing.T, who, change, text string) {
		r := &ruleText{file: "f.rules", text: text}
		if m, err := parseMatcher(who); err == nil {
			m.match(r)
		}
		r.parse()
		if c, err := parseChange(change); err == nil && len(change) < 200 && len(text) < 2000 {
			c.apply(text)
		}
		if got := setAction(text, "drop"); action(got) != "drop" || len(got)-len(text) > len("drop") {
			t.Errorf("%q became %q", text, got)
		}
	})
}
