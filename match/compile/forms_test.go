package compile

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weir-ips/weir/match/input"
	"github.com/weir-ips/weir/match/rule"
)

// groups are the keywords that forms.txt must have, as Suricata's user guide lists
// them: meta, payload, transforms, state, flow, headers.
const groups = `msg sid rev gid classtype reference priority metadata target requires noalert alert config
content nocase depth offset distance within startswith endswith rawbytes isdataat fast_pattern prefilter bsize absent dsize byte_test
byte_jump byte_extract byte_math base64_decode base64_data asn1 pcre entropy replace pkt_data uricontent urilen
compress_whitespace domain dotprefix from_base64 gunzip header_lowercase luaxform pcrexform strip_pseudo_headers strip_whitespace
subslice tld to_lowercase to_md5 to_sha1 to_sha256 to_uppercase url_decode xor zlib_deflate
flow flowbits flowint flowvar pktvar xbits hostbits stream_size tag threshold detection_filter bypass iprep geoip dataset datarep lua
frame app-layer-protocol app-layer-event app-layer-state decode-event stream-event engine-event nfq_set_mark sameip rpc
flow.age flow.bytes flow.bytes_toclient flow.bytes_toserver flow.elephant flow.pkts flow.pkts_toclient flow.pkts_toserver
ether.hdr fragbits fragoffset icmp_id icmp_seq icmpv4-csum icmpv4.hdr icmpv6-csum icmpv6.hdr icmpv6.mtu icode id igmp-csum igmp.hdr
igmp.type ip.dst ip.src ip_proto ipopts ipv4-csum ipv4.hdr ipv6.hdr itype l3_proto sctp.chunk_cnt sctp.chunk_data sctp.chunk_type
sctp.hdr sctp.vtag tcp.ack tcp.flags tcp.hdr tcp.mss tcp.seq tcp.session tcp.window tcp.wscale tcpv4-csum tcpv6-csum tos ttl udp.hdr
udpv4-csum udpv6-csum vlan.id vlan.layers`

// formEvents and formHooks stand for what parsers say of themselves.
func formEvents(name string) (input.AppProto, uint16, bool) {
	return input.AppHTTP1, 1, name == "http.invalid_content_length_field_in_request"
}

func formHooks(input.AppProto) []input.Hooks {
	return []input.Hooks{{ToServer: []input.Hook{{Name: "request_started"}, {Name: "request_headers", Step: 2}, {Name: "request_complete", Step: input.Complete}},
		ToClient: []input.Hook{{Name: "response_started"}, {Name: "response_complete", Step: input.Complete}}}}
}

// TestForms: every keyword of the groups loads in every form that the guide has.
func TestForms(t *testing.T) {
	f, err := os.Open("testdata/forms.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"b.lst": "", "rep.lst": "YQ==,7\n",
		"m.lua": "function init(args)\n return {}\nend\nfunction match(args)\n return 1\nend\n",
		"x.lua": "function init(args)\n return {}\nend\nfunction transform(input, args)\n return input, #input\nend\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	missing := map[string]bool{}
	for _, k := range strings.Fields(groups) {
		missing[k] = true
	}
	sc := bufio.NewScanner(f)
	for line := 1; sc.Scan(); line++ {
		if sc.Text() == "" || sc.Text()[0] == '#' {
			continue
		}
		part := strings.SplitN(sc.Text(), "|", 3)
		keyword, proto, options := strings.TrimSpace(part[0]), strings.TrimSpace(part[1]), strings.TrimSpace(part[2])
		delete(missing, keyword)
		text := fmt.Sprintf("alert %s any any -> any any (%s sid:%d;)\n", proto, options, line)
		file, err := rule.Parse(filepath.Join(dir, "forms.rules"), strings.NewReader(text), &rule.Env{})
		if err != nil || len(file.Errors) > 0 {
			t.Errorf("forms.txt:%d: %s\n\t%v%v", line, text, err, file.Errors)
			continue
		}
		o := Options{AppEvents: formEvents, Hooks: formHooks, Datasets: Datasets{Dir: dir}, Scripts: Scripts{Dir: dir, Memory: 1 << 20, Instructions: 500_000}}
		res, err := Compile(file.Rules, o)
		if err != nil {
			t.Errorf("forms.txt:%d: %s\t%v", line, text, err)
			continue
		}
		for _, l := range res.Left {
			if w := l.Err.Error(); keyword == "iprep" && strings.HasPrefix(w, "iprep: no reputation lists: set") || keyword == "geoip" && strings.HasPrefix(w, "geoip: no database: set") {
				continue // the form is right; the file is the user's
			}
			t.Errorf("forms.txt:%d: %s\tleft out: %v", line, text, l.Err)
		}
	}
	for k := range missing {
		t.Errorf("%s: no form of it stands in forms.txt", k)
	}
}
