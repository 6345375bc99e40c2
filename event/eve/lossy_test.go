package eve

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"":                     "",
		"plain \"\\\n\x01":     "plain \"\\\n\x01",
		"\xc3\xa4":             "\u00e4",
		"a\xe4b":               "a\ufffdb",
		"\xff\xfe":             "\ufffd\ufffd",
		"\xe2\x82":             "\ufffd",             // the beginning of one character
		"\xe2\x82\x41":         "\ufffdA",            // … that does not go on
		"\xf0\x9f\x98":         "\ufffd",             // of four octets
		"\xf0\x80\x80":         "\ufffd\ufffd\ufffd", // overlong: no beginning
		"\xed\xa0\x80":         "\ufffd\ufffd\ufffd", // half a surrogate pair
		"\xf4\x90\x80\x80":     "\ufffd\ufffd\ufffd\ufffd",
		"\xe0\x9f":             "\ufffd\ufffd",
		"\ufffd is one itself": "\ufffd is one itself",
	} {
		var got string
		if b := appendText(nil, []byte(in)); json.Unmarshal(b, &got) != nil || got != want {
			t.Errorf("%q is %s, want %q", in, b, want)
		}
	}
}

// Whatever it is, it is JSON, and UTF-8 stays as it was.
func FuzzText(f *testing.F) {
	for _, s := range []string{"a\xe4b", "\xf0\x9f\x98", "\xe2\x82\x41", "\x00\"\\"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var got string
		if err := json.Unmarshal(appendText(nil, b), &got); err != nil {
			t.Fatalf("%q: %v", b, err)
		}
		if !utf8.ValidString(got) || utf8.Valid(b) && got != string(b) || strings.ToValidUTF8(string(b), "") != strings.ReplaceAll(got, "\ufffd", "") && !strings.Contains(string(b), "\ufffd") {
			t.Fatalf("%q became %q", b, got)
		}
	})
}
