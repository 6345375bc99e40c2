package match_test

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/weir-ips/weir/match/compile"
	"github.com/weir-ips/weir/match/input"
)

// holds compiles one rule on a request's target and reports whether it matches.
func holds(t testing.TB, options string, uri []byte) bool {
	t.Helper()
	r := newRig(t, "alert http1 any any -> any any (http.uri; "+options+" sid:1;)", compile.Options{Parallel: 1})
	return r.onURI(uri)
}

func (r *rig) onURI(uri []byte) bool {
	n := copy(r.mem[1<<16:], uri)
	tx := &body{uri: r.mem[1<<16 : 1<<16+n : 1<<16+n]}
	p := r.packet(nil)
	p.Proto = 6
	got := r.judge(p, tx, input.AppHTTP1)
	r.ReleaseTx(&tx.det)
	return got[1]
}

// pattern is a content that is the whole buffer.
func pattern(b string) string {
	if b == "" {
		return "bsize:0;"
	}
	return fmt.Sprintf(`content:"|% x|"; startswith; endswith; bsize:%d;`, b, len(b))
}

func TestTransforms(t *testing.T) {
	zip := func(w interface {
		Write([]byte) (int, error)
		Close() error
	}, b *bytes.Buffer, text string) string {
		w.Write([]byte(text))
		w.Close()
		return b.String()
	}
	var gz, zl bytes.Buffer
	gzipped := zip(gzip.NewWriter(&gz), &gz, "compressed text")
	deflated := zip(zlib.NewWriter(&zl), &zl, "compressed text")
	m, s1, s2 := md5.Sum([]byte("abc")), sha1.Sum([]byte("abc")), sha256.Sum256([]byte("abc"))
	b64 := base64.StdEncoding.EncodeToString
	for _, c := range []struct{ name, chain, in, want string }{
		{"lower case", "to_lowercase;", "AbC1é", "abc1é"},
		{"upper case", "to_uppercase;", "AbC1", "ABC1"},
		{"no white space", "strip_whitespace;", " a\tb\r\nc ", "abc"},
		{"one white space", "compress_whitespace;", "a \t b  c", "a b c"},
		{"a dot", "dotprefix;", "example.com", ".example.com"},
		{"md5", "to_md5;", "abc", string(m[:])},
		{"sha1", "to_sha1;", "abc", string(s1[:])},
		{"sha256", "to_sha256;", "abc", string(s2[:])},
		{"url", "url_decode;", "a%41+%zz%4", "aA %zz%4"},
		{"names of headers", "header_lowercase;", "Host: A\r\nUser-Agent: B\r\n", "host: A\r\nuser-agent: B\r\n"},
		{"pseudo-headers", "strip_pseudo_headers;", ":method: GET\r\nhost: a\r\n:path: /\r\n", "host: a\r\n"},
		{"xor", `xor:"0102";`, "abc", "``b"},
		{"xor with a key inside", "xor:offset 2, extract 1 1;", "x\x01abc", "`cb"},
		{"xor with a key outside", "xor:offset 2, extract 9 1;", "abc", "abc"},
		{"domain", "domain;", "www.example.co.uk", "example.co.uk"},
		{"domain of a suffix", "domain;", "co.uk", "co.uk"},
		{"domain of nothing", "domain;", "", ""},
		{"top-level domain", "tld;", "www.example.co.uk", "co.uk"},
		{"slice", "subslice:2;", "abcdef", "cdef"},
		{"slice from the end", "subslice:-2;", "abcdef", "ef"},
		{"slice with a length", "subslice:1,2;", "abcdef", "bc"},
		{"slice up to the end", "subslice:1,-2;", "abcdef", "bcd"},
		{"slice outside", "subslice:1,9;", "abcdef", ""},
		{"slice cut", "subslice:1,9,truncate;", "abcdef", "bcdef"},
		{"slice before the start", "subslice:-9;", "abcdef", ""},
		{"slice before the start, cut", "subslice:-9,2,truncate;", "abcdef", "ab"},
		{"base64", "from_base64;", b64([]byte("octets")), "octets"},
		{"base64 of a part", "from_base64:offset 2, bytes 4;", "xx" + b64([]byte("octets")), "oct"},
		{"base64 with junk behind", "from_base64;", "b2N0*ZXRz", "oct"},
		{"base64 with junk inside", "from_base64:mode rfc2045;", "b2 N0\r\nZXRz", "octets"},
		{"strict base64", "from_base64:mode strict;", "b2N0ZQ==", "octe"},
		{"strict base64 refuses", "from_base64:mode strict;", "b2N0*ZXRz", "b2N0*ZXRz"},
		{"no base64", "from_base64;", "***", "***"},
		{"a group", `pcrexform:"id=(\d+)";`, "a?id=12&b", "12"},
		{"no group found", `pcrexform:"id=(\d+)";`, "a?b", "a?b"},
		{"gzip", "gunzip;", gzipped, "compressed text"},
		{"gzip, cut", "gunzip:max-size 4;", gzipped, "comp"},
		{"zlib", "zlib_deflate;", deflated, "compressed text"},
		{"no gzip", "gunzip;", "text", ""},
		{"a chain", "from_base64; gunzip; to_uppercase; subslice:0,4;", b64([]byte(gzipped)), "COMP"},
	} {
		if !holds(t, c.chain+pattern(c.want), []byte(c.in)) {
			t.Errorf("%s: %s of %q is not %q", c.name, c.chain, c.in, c.want)
		}
		if holds(t, c.chain+pattern(c.want+"x"), []byte(c.in)) {
			t.Errorf("%s: anything matches", c.name)
		}
	}
}

// TestTransformsRefuse: a mistake in an argument is told.
func TestTransformsRefuse(t *testing.T) {
	for _, options := range []string{`xor:"0";`, `xor:"";`, "xor:offset 1, extract 0 1;", "subslice:a;", "subslice:1,0;", "subslice:1,2,3;",
		"from_base64:bytes 0;", "from_base64:mode none;", "gunzip:max-size 0;", "gunzip:max-size 2gb;", `pcrexform:"no group";`,
		`pcrexform:"(two)(groups)";`, `pcrexform:"(";`, "to_md5:x;"} {
		if err := parseOne("alert http1 any any -> any any (http.uri; " + options + ` content:"a"; sid:1;)`); err == nil {
			t.Errorf("%s is taken", options)
		}
	}
	chain := strings.Repeat("to_lowercase; ", 17)
	if err := parseOne("alert http1 any any -> any any (http.uri; " + chain + `content:"a"; sid:1;)`); err == nil {
		t.Error("a chain of 17 is taken")
	}
}

// TestTransformsDoNotAllocate, after the first use of each.
func TestTransformsDoNotAllocate(t *testing.T) {
	r := newRig(t, `alert http1 any any -> any any (http.uri; to_lowercase; url_decode; from_base64; to_sha256; content:"x"; sid:1;)
alert http1 any any -> any any (http.uri; domain; dotprefix; gunzip; content:"x"; sid:2;)
alert http1 any any -> any any (http.uri; pcrexform:"a(.)"; xor:"01"; entropy: value > 1; sid:3;)`, compile.Options{Parallel: 1})
	n := copy(r.mem[1<<16:], "abcdef")
	tx := &body{uri: r.mem[1<<16 : 1<<16+n]}
	p := r.packet(nil)
	p.Proto = 6
	r.vars.SetEntropy(nil, 0, 0)
	if n := testing.AllocsPerRun(200, func() {
		r.Reset()
		i := r.Add(p, 1, input.AppHTTP1)
		r.AddTx(tx, input.AppHTTP1, p.Dir, true)
		r.Scan()
		r.Evaluate(i)
		r.ReleaseTx(&tx.det)
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// FuzzTransforms: whatever the octets, nothing panics and every chain ends.
func FuzzTransforms(f *testing.F) {
	text := ""
	for i, chain := range []string{"url_decode;", "header_lowercase;", "strip_pseudo_headers;", "domain;", "tld;", "subslice:-3,2;",
		"subslice:2,-5,truncate;", "from_base64;", "from_base64:offset 3,bytes 5,mode strict;", "from_base64:mode rfc2045;", "gunzip;",
		"zlib_deflate;", "xor:offset 3, extract 2 1;", `pcrexform:"(.)$";`, "compress_whitespace; dotprefix; to_md5;"} {
		text += fmt.Sprintf("alert http1 any any -> any any (http.uri; %s bsize:>0; entropy: value >= 0; sid:%d;)\n", chain, i+1)
	}
	r := newRig(f, text, compile.Options{Parallel: 1})
	for _, s := range []string{"", "a", "%", "%4", ":a\r\n", "www.example.com", "b2N0ZXRz", "\x1f\x8b\x08", "\x78\x9c"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		if len(in) < 1<<15 {
			r.onURI(in)
		}
	})
}
