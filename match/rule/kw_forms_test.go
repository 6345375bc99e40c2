package rule

import (
	"strings"
	"testing"

	"github.com/weir-ips/weir/match/buf"
)

// numerics are the comparisons of a rule's options, wherever they stand.
func numericsOf(t *testing.T, head, options string) (out []*Numeric) {
	t.Helper()
	r, err := ParseRule("test.rules", 1, "alert "+head+" any any -> any any ("+options+" sid:1;)", &Env{})
	if err != nil {
		t.Fatalf("%s: %v", options, err)
	}
	for _, c := range r.Packet {
		if n, ok := c.(*Numeric); ok {
			out = append(out, n)
		}
	}
	for _, l := range r.Lists {
		for _, c := range l.Conds {
			if n, ok := c.(*Numeric); ok {
				out = append(out, n)
			}
		}
	}
	return out
}

// Lists of bits with each sign before them, and names of NFS procedures.
func TestForms(t *testing.T) {
	getattr := buf.NFSName(3, 1)
	for options, want := range map[string]Range{
		"websocket.flags:fin,!comp;":                {Mask: true, Lo: 0xc0, Hi: 0x80},
		"websocket.flags:fin !comp;":                {Mask: true, Lo: 0xc0, Hi: 0x80},
		"websocket.flags:+fin,comp;":                {Mask: true, Lo: 0xc0, Hi: 0xc0},
		"websocket.flags:*fin,comp;":                {Mask: true, Lo: 0xc0, Neg: true},
		"websocket.flags:-fin,comp;":                {Mask: true, Lo: 0xc0, Hi: 0xc0, Neg: true},
		"websocket.flags:= fin;":                    {Lo: 0x80, Hi: 0x80},
		"dnp3.ind:class_1_events,class_2_events;":   {Mask: true, Lo: 0x0600, Neg: true},
		"dnp3_ind:+class_1_events,!class_2_events;": {Mask: true, Lo: 0x0600, Hi: 0x0200},
		"nfs_procedure:getattr;":                    {Lo: getattr, Hi: getattr},
		"nfs.procedure:!GetAttr;":                   {Lo: getattr, Hi: getattr, Neg: true},
		"nfs_procedure:2-3;":                        {Lo: 2, Hi: 3},
		"nfs_procedure:!1<>8;":                      {Lo: 1, Hi: 8, Neg: true},
		"nfs_procedure:>4;":                         {Lo: 5, Hi: 1<<32 - 1},
		"tcp.flags:&0x12=0x02;":                     {Mask: true, Lo: 0x12, Hi: 2},
		"tcp.flags:18;":                             {Lo: 18, Hi: 18},
	} {
		got := numericsOf(t, options[:strings.IndexAny(options, "_.")], options)
		if len(got) != 1 || got[0].Range != want {
			t.Errorf("%s: %+v, want %+v", options, got, want)
		}
	}
}

// A name stands for what the version has under it.
func TestNFSNames(t *testing.T) {
	for _, version := range []uint16{2, 3, 4} {
		at := map[uint16]uint32{2: 1, 3: 1, 4: 9}[version]
		if buf.NFSName(version, at) != buf.NFSName(3, 1) || buf.NFSName(version, at) == 0 {
			t.Errorf("version %d: %d is not getattr", version, at)
		}
	}
	if buf.NFSName(4, 40) != 0 || buf.NFSName(3, 22) != 0 || buf.NFSName(0, 3) == 0 {
		t.Error("procedures that there are not have names, or the other way round")
	}
}

// Contents that http_server_body moves come into one list.
func TestServerBody(t *testing.T) {
	r, err := ParseRule("test.rules", 1, `alert http any any -> any any (content:"a"; http_server_body; content:"b"; http_server_body; distance:0; sid:1;)`, &Env{})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, l := range r.Lists {
		if l.Buffer == buf.FileData {
			n++
			if len(l.Conds) != 2 || l.Dirs != buf.TC {
				t.Errorf("%+v", l)
			}
		} else if len(l.Conds) > 0 {
			t.Errorf("something is left in %+v", l)
		}
	}
	if n != 1 {
		t.Errorf("%d lists of the body", n)
	}
	if _, err := ParseRule("test.rules", 1, `alert http any any -> any any (http_server_body; content:"b"; sid:1;)`, &Env{}); err == nil {
		t.Error("http_server_body without a content is taken")
	}
}

// Flags of TCP with each sign; 1 and 2 are C and E.
func TestFlags(t *testing.T) {
	for options, want := range map[string]BitMask{
		"flags:SA,12;":  {Kind: "flags", Bits: 0x12, Ignore: 0xc0},
		"flags:12;":     {Kind: "flags", Bits: 0xc0},
		"flags:0;":      {Kind: "flags"},
		"flags:=SA;":    {Kind: "flags", Bits: 0x12},
		"flags:-SA;":    {Kind: "flags", Bits: 0x12, Mod: "!"},
		"flags:!SA;":    {Kind: "flags", Bits: 0x12, Mod: "!"},
		"fragbits:-M;":  {Kind: "fragbits", Bits: 1, Mod: "!"},
		"fragbits:=MD;": {Kind: "fragbits", Bits: 3},
	} {
		r, err := ParseRule("test.rules", 1, "alert tcp any any -> any any ("+options+" sid:1;)", &Env{})
		if err != nil {
			t.Errorf("%s: %v", options, err)
			continue
		}
		if m, ok := r.Packet[0].(*BitMask); !ok || *m != want {
			t.Errorf("%s: %+v, want %+v", options, r.Packet[0], want)
		}
	}
	for _, bad := range []string{"flags:+S*;", "flags:G;", "flags:=!S;"} {
		if _, err := ParseRule("test.rules", 1, "alert tcp any any -> any any ("+bad+" sid:1;)", &Env{}); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
}
