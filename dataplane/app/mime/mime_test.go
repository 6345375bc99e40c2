package mime

import (
	"bytes"
	"crypto/md5"
	b64 "encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"mime/quotedprintable"
	"strings"
	"testing"

	"github.com/weir-ips/weir/dataplane/app/file"
	"github.com/weir-ips/weir/dataplane/slab"
)

// rig is a pool of messages over memory of its own.
type rig struct {
	tb    testing.TB
	mem   *slab.Bytes
	keep  *slab.Deferred
	pool  *Pool
	files []*file.File
	next  uint64
}

func newRig(tb testing.TB, memory int, opt Options) *rig {
	tb.Helper()
	mem, err := slab.NewBytes(memory)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { mem.Close() })
	r := &rig{tb: tb, mem: mem, keep: slab.NewDeferred(mem)}
	r.pool = NewPool(opt, r.keep, file.NewPool(file.DefaultOptions(), r.keep))
	return r
}

// read feeds a message in pieces of n octets and tells what became of it.
func (r *rig) read(text string, n int) string {
	r.files, r.next = r.files[:0], 0
	m := r.pool.Get(&r.files, &r.next)
	for at := 0; at < len(text); at += n {
		m.Feed([]byte(text[at:min(at+n, len(text))]))
	}
	m.End(file.Closed)
	out := r.describe(m)
	for _, f := range r.files {
		m.pool.files.Put(f)
	}
	r.pool.Put(m)
	r.keep.Flush()
	return out
}

func (r *rig) describe(m *Message) string {
	var b strings.Builder
	for _, f := range m.fields {
		fmt.Fprintf(&b, "%s=%s\n", m.octets(f.name), m.octets(f.value))
	}
	for i, f := range r.files {
		fmt.Fprintf(&b, "file %s %s %q\n", m.Attachment(i), f.State, f.View().Data)
	}
	for i := range m.URLs() {
		fmt.Fprintf(&b, "url %s\n", m.URL(i))
	}
	if a := m.Anomalies(); a != 0 {
		fmt.Fprintf(&b, "anomalies %b\n", a)
	}
	return b.String()
}

func multipart(bound string, parts ...string) string {
	s := "Content-Type: multipart/mixed; boundary=\"" + bound + "\"\r\n\r\npreamble\r\n"
	for _, p := range parts {
		s += "--" + bound + "\r\n" + p + "\r\n"
	}
	return s + "--" + bound + "--\r\nepilogue http://nobody.example/\r\n"
}

func attachment(name, enc, body string) string {
	return "Content-Disposition: attachment; filename=" + name + "\r\nContent-Transfer-Encoding: " + enc + "\r\n\r\n" + body
}

func TestMessages(t *testing.T) {
	long := strings.Repeat("x", 6000)
	for name, c := range map[string]struct{ in, want string }{
		"plain":            {"Subject: hi\r\nFrom: a\r\n\r\nsee http://x.example/a\r\n", "Subject=hi\nFrom=a\nurl x.example/a\n"},
		"folded":           {"To: a,\r\n\tb\r\n c\r\n\r\n", "To=a,bc\n"},
		"LF alone":         {"A: 1\nB : 2\n\nhttp://u/\n", "A=1\nB=2\nurl u/\n"},
		"no colon":         {"junk\r\n folded\r\nA: 1\r\n\r\n", "A=1\n"},
		"header only":      {"A: 1", "A=1\n"},
		"long value":       {"A: " + long + "\r\n\r\n", "A=" + long[:2000] + "\nanomalies 100100\n"},
		"long name":        {strings.Repeat("n", 80) + ": v\r\n\r\n", strings.Repeat("n", 80) + "=v\nanomalies 10000\n"},
		"html and schemes": {"Content-Type: text/html\r\n\r\n<a href=\"HTTP://X/1\">http://y]ftp://z\r\n", "Content-Type=text/html\nurl X/1\nurl y\n"},
		"no text":          {"Content-Type: image/png\r\n\r\nhttp://x/\r\n", "Content-Type=image/png\n"},
		"text in base64":   {"Content-Transfer-Encoding: BASE64\r\n\r\n" + b64.StdEncoding.EncodeToString([]byte("go http://b.example/ now")), "Content-Transfer-Encoding=BASE64\nurl b.example/\n"},
		"attachments": {multipart("b", attachment("\"a.txt\"", "7bit", "one\r\ntwo"), attachment("b.bin", "base64", "AAEC\r\nAwQ=\r\n")),
			"Content-Type=multipart/mixed; boundary=\"b\"\nfile a.txt CLOSED \"one\\r\\ntwo\"\nfile b.bin CLOSED \"\\x00\\x01\\x02\\x03\\x04\"\n"},
		"quoted-printable": {multipart("b", attachment("q", "quoted-printable", "a=3D=\r\nb =\t\r\nc=e4=ZZ=\r\n=")),
			"Content-Type=multipart/mixed; boundary=\"b\"\nfile q CLOSED \"a=b c\\xe4=ZZ\"\nanomalies 10\n"},
		"nested": {multipart("X", multipart("XD", attachment("in", "7bit", "1")), attachment("out", "7bit", "2")),
			"Content-Type=multipart/mixed; boundary=\"X\"\nfile in CLOSED \"1\"\nfile out CLOSED \"2\"\n"},
		"embedded message": {multipart("b", "Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n"+multipart("c", attachment("f", "7bit", "x"))),
			"Content-Type=multipart/mixed; boundary=\"b\"\nfile f CLOSED \"x\"\n"},
		"name in sections": {multipart("b", "Content-Type: application/zip; name*0=\"one\";\r\n name*1=two; name*3=no\r\n\r\nz"),
			"Content-Type=multipart/mixed; boundary=\"b\"\nfile onetwo CLOSED \"z\"\n"},
		"escaped quote":   {multipart("b", attachment(`"a\"b"`, "7bit", "z")), "Content-Type=multipart/mixed; boundary=\"b\"\nfile a\\\"b CLOSED \"z\"\n"},
		"base64 tolerant": {multipart("b", attachment("f", "base64", "QU*JD\r\nRA==RUY\r\n")), "Content-Type=multipart/mixed; boundary=\"b\"\nfile f CLOSED \"ABCDEF\"\nanomalies 1\n"},
		"long line":       {multipart("b", attachment("f", "base64", strings.Repeat("QUJD", 3000))), "Content-Type=multipart/mixed; boundary=\"b\"\nfile f CLOSED \"" + strings.Repeat("ABC", 3000) + "\"\nanomalies 1100\n"},
		"long file name":  {multipart("b", attachment(strings.Repeat("n", 300), "7bit", "z")), "Content-Type=multipart/mixed; boundary=\"b\"\nfile " + strings.Repeat("n", 255) + " CLOSED \"z\"\nanomalies 10000000\n"},
		"long boundary":   {multipart(strings.Repeat("b", 300), attachment("f", "7bit", "z")), "Content-Type=multipart/mixed; boundary=\"" + strings.Repeat("b", 300) + "\"\nfile f CLOSED \"z\"\nanomalies 1000000\n"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, 8<<20, DefaultOptions())
			for n := range []int{1, 2, 3, 7, 64, 1000, 4096, 4097, 1 << 20} {
				if got := r.read(c.in, []int{1, 2, 3, 7, 64, 1000, 4096, 4097, 1 << 20}[n]); got != c.want {
					t.Fatalf("in pieces:\ngot  %s\nwant %s", got, c.want)
				}
			}
			if len(c.in) < 400 {
				for cut := 1; cut < len(c.in); cut++ {
					if got := r.read(c.in, cut); got != c.want {
						t.Fatalf("in pieces of %d:\ngot  %s\nwant %s", cut, got, c.want)
					}
				}
			}
			if r.mem.Used() != 0 {
				t.Errorf("%d octets are not given back", r.mem.Used())
			}
		})
	}
}

// TestBounds sends what has no end.
func TestBounds(t *testing.T) {
	nest := ""
	for i := range 200 {
		nest += fmt.Sprintf("Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	for name, in := range map[string]string{
		"levels":      nest,
		"fields":      strings.Repeat("A: b\r\n", 100_000),
		"folds":       "A: b\r\n" + strings.Repeat(" "+strings.Repeat("c", 60)+"\r\n", 50_000),
		"messages":    strings.Repeat("Content-Type: message/rfc822\r\n\r\n", 500),
		"attachments": "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\nContent-Type: a/b; name=x\r\n\r\ny\r\n", 500),
		"URLs":        "\r\n" + strings.Repeat("http://x.example/"+strings.Repeat("u", 500)+" ", 20_000),
		"one line":    "\r\n" + strings.Repeat("x", 5<<20),
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, 8<<20, DefaultOptions())
			var files []*file.File
			m := r.pool.Get(&files, &r.next)
			for at := 0; at < len(in); at += 1460 {
				m.Feed([]byte(in[at:min(at+1460, len(in))]))
				r.keep.Flush()
				for _, f := range files {
					f.Begin()
				}
			}
			if used := r.mem.Used(); used > 2<<20 {
				t.Errorf("%d octets of memory are held", used)
			}
			if len(m.fields) > maxFields || len(files) > maxFiles || m.URLs() > maxURLs || m.depth > maxLevels {
				t.Errorf("%d fields, %d files, %d URLs, %d levels", len(m.fields), len(files), m.URLs(), m.depth)
			}
			if m.anomalies&Malformed == 0 && (name == "levels" || name == "fields" || name == "attachments" || name == "messages") {
				t.Error("nothing is said of it")
			}
		})
	}
}

func TestBodyMD5(t *testing.T) {
	r := newRig(t, 4<<20, DefaultOptions())
	body := "--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b--\r\n"
	m := r.pool.Get(&r.files, &r.next)
	m.Feed([]byte("Content-Type: multipart/mixed; boundary=b\r\n\r\n"))
	m.Feed([]byte(body[:9]))
	m.Feed([]byte(body[9:]))
	m.Stuffed([]byte("."))
	m.Feed([]byte(".x\r\n"))
	if m.BodyMD5() != nil && len(m.BodyMD5()) > 0 {
		t.Error("a digest before the end")
	}
	m.End(file.Closed)
	sum := md5.Sum([]byte(body + "..x\r\n"))
	if got := string(m.BodyMD5()); got != hex.EncodeToString(sum[:]) {
		t.Errorf("got %s", got)
	}
}

func TestNoAllocs(t *testing.T) {
	r := newRig(t, 8<<20, DefaultOptions())
	in := []byte(multipart("b", "Content-Type: text/plain\r\n\r\nhttp://a.example/\r\n", attachment("f", "base64", strings.Repeat("QUJDREVG\r\n", 200)), attachment("q", "quoted-printable", "a=3D\r\n")))
	r.files = make([]*file.File, 0, 4)
	n := testing.AllocsPerRun(200, func() {
		r.files = r.files[:0]
		m := r.pool.Get(&r.files, &r.next)
		m.Feed(in[:len(in)/2])
		m.Feed(in[len(in)/2:])
		m.End(file.Closed)
		for _, f := range r.files {
			r.pool.files.Put(f)
		}
		r.pool.Put(m)
		r.keep.Flush()
	})
	if n != 0 {
		t.Errorf("%v allocations a message", n)
	}
}

// FuzzDecoders holds the decoders against the library's, where that takes the
// input, and against themselves at another cut.
func FuzzDecoders(f *testing.F) {
	f.Add([]byte("QUJDRA=="), 3)
	f.Add([]byte("a=3Db=\r\nc =\r\n=C3=A4"), 5)
	f.Fuzz(func(t *testing.T, in []byte, cut int) {
		if len(in) == 0 {
			return
		}
		cut = (cut&0xffff)%len(in) + 1
		var a, b base64State
		whole, _ := a.decode(nil, in)
		whole = a.finish(whole)
		parts, _ := b.decode(nil, in[:cut])
		parts, _ = b.decode(parts, in[cut:])
		if parts = b.finish(parts); !bytes.Equal(whole, parts) {
			t.Fatalf("base64 %q cut at %d: %q and %q", in, cut, whole, parts)
		}
		if want, err := b64.StdEncoding.DecodeString(string(in)); err == nil && !bytes.Equal(want, whole) {
			t.Fatalf("base64 %q: %q, the library says %q", in, whole, want)
		}
		want, err := io.ReadAll(quotedprintable.NewReader(bytes.NewReader(in)))
		if err != nil || bytes.ContainsAny(in, "\r") || bytes.Contains(in, []byte(" \n")) || bytes.Contains(in, []byte("\t\n")) || bytes.HasSuffix(in, []byte(" ")) || bytes.HasSuffix(in, []byte("\t")) {
			return
		}
		var q quotedState
		var got []byte
		for _, line := range bytes.SplitAfter(in, []byte("\n")) {
			text, eol := cutEOL(line)
			ok := true
			if got, ok = q.decode(got, text); !ok {
				return
			}
			if len(eol) > 0 {
				var hard bool
				if got, hard, ok = q.endLine(got); hard {
					got = append(got, eol...)
				}
				if !ok {
					return
				}
			}
		}
		if got = q.finish(got); !bytes.Equal(got, want) {
			t.Fatalf("quoted-printable %q: %q, the library says %q", in, got, want)
		}
	})
}

// FuzzMessage feeds a message in two ways, with little memory in the second.
func FuzzMessage(f *testing.F) {
	f.Add([]byte(multipart("b", attachment("f", "base64", "QUJD"))), 5, 0)
	f.Add([]byte(multipart("X", multipart("XD", attachment("f", "quoted-printable", "=3D=\r\n")))), 1, 9)
	f.Fuzz(func(t *testing.T, in []byte, n, hold int) {
		n = n&0xfff + 1
		r := newRig(t, 2<<20, DefaultOptions())
		if a, b := r.read(string(in), n), r.read(string(in), 1<<20); a != b {
			t.Fatalf("in pieces of %d:\n%s\nwhole:\n%s", n, a, b)
		}
		var held [][]byte
		for hold &= 0xff; r.mem.Cap()-r.mem.Used() > hold<<10; {
			s := r.mem.Get(1 << 10)
			if s == nil {
				break
			}
			held = append(held, s)
		}
		r.read(string(in), n)
		for _, s := range held {
			r.mem.Put(s)
		}
		if r.mem.Used() != 0 {
			t.Fatalf("%d octets are not given back", r.mem.Used())
		}
	})
}
