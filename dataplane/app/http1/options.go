package http1

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// InvalidPercent is what a decoder does with a percent sign that no two
// hexadecimal digits follow.
type InvalidPercent uint8

// Ways to treat it.
const (
	PreservePercent InvalidPercent = iota
	RemovePercent
	DecodeInvalid
)

// Options are the settings of app-layer.protocols.http.libhtp.
type Options struct {
	// RequestBodyLimit and ResponseBodyLimit: octets of a body that are looked at;
	// 0: all of it.
	RequestBodyLimit, ResponseBodyLimit int
	// FieldLimit bounds a line and a header, HeadersLimit their number.
	FieldLimit, HeadersLimit int
	// MaxTx is the most live transactions of a flow; app.MaxTxs bounds it, too. More
	// requests without an answer fail the flow.
	MaxTx int

	// Layers of content coding; 0: no bound but 8.
	Layers int
	// LzmaLayers 0: LZMA is not decompressed. LzmaMemory in octets.
	LzmaLayers, LzmaMemory int
	// BombLimit is what a body may expand to whatever its size, when it also
	// expands more than BombRatio times; after BombCount of them a connection's
	// bodies stay compressed.
	BombLimit, BombRatio, BombCount int
	// RequestDecompression: bodies of requests are decompressed, too.
	RequestDecompression bool

	// How a path is normalised.
	DoubleDecodePath, DoubleDecodeQuery           bool
	ConvertBackslash, ConvertLower                bool
	CompressSeparators, DecodeSeparators          bool
	PlusSpace, NULRawTerminates, NULEncTerminates bool
	UEncoding, UTF8BestFit                        bool
	Invalid                                       InvalidPercent
	BestFitReplacement                            byte
	// NULEndsLine: a request line ends at a NUL octet (Apache).
	NULEndsLine bool
	// BlankLine: white space alone is an empty line (IIS 5).
	BlankLine bool
	// URIIncludeAll: http.uri has scheme and host, too.
	URIIncludeAll bool

	// DumpRequestHeaders and DumpResponseHeaders: EVE lists all headers.
	DumpRequestHeaders, DumpResponseHeaders bool
	// Custom headers for EVE.
	Custom []CustomHeader
	// Extended: EVE's http object has method, protocol, status and length.
	Extended bool
	// BodyPrintable and BodyBase64: alerts carry the bodies.
	BodyPrintable, BodyBase64 bool

	// Servers are those that read in a way of their own; the first whose network holds
	// the server's address is taken.
	Servers []Server

	// Transactions is the most of a worker, all flows together.
	Transactions int
	// Decoders is the most zlib decoders of a worker; the larger ones (brotli,
	// lzma) are an eighth of it.
	Decoders int
}

// DefaultOptions are the settings of an unchanged configuration.
func DefaultOptions() Options {
	o := Options{
		RequestBodyLimit: 100 << 10, ResponseBodyLimit: 100 << 10,
		FieldLimit: 18000, HeadersLimit: 1024, MaxTx: 512,
		Layers: 2, LzmaMemory: 1 << 20,
		BombLimit: 1 << 20, BombRatio: 2048, BombCount: 3,
		RequestDecompression: true, BestFitReplacement: '?', Extended: true,
		Transactions: 32768, Decoders: 1024,
	}
	o.personality("ids")
	return o
}

// personality sets what a server of that name does.
func (o *Options) personality(name string) bool {
	set := func(backslash, decode, compress, u, utf8 bool) {
		o.ConvertBackslash, o.DecodeSeparators, o.CompressSeparators = backslash, decode, compress
		o.UEncoding, o.UTF8BestFit = u, utf8
	}
	o.NULEndsLine, o.BlankLine = false, false
	switch strings.ToLower(name) {
	case "minimal":
		set(false, false, false, false, false)
	case "generic":
		set(true, true, true, false, false)
	case "ids":
		set(true, true, true, true, true)
	case "apache_2", "apache":
		set(false, false, true, false, false)
		o.NULEndsLine = true
	case "iis_4_0", "iis_5_0", "iis_5_1":
		set(true, true, true, false, false)
		o.BlankLine = name == "iis_5_0"
	case "iis_6_0", "iis_7_0", "iis_7_5":
		set(true, true, true, true, false)
	default:
		return false
	}
	return true
}

// base is where the settings of every server stand.
const base = "app-layer.protocols.http.libhtp.default-config."

// ParseOptions reads the settings of every server through get, which answers for
// a dotted path. Everything wrong is reported at once; the rest counts all the
// same.
func ParseOptions(get func(path string) (string, bool)) (Options, error) {
	return parseOptions(get, base)
}

// parseOptions reads the settings that stand under base.
func parseOptions(get func(path string) (string, bool), base string) (Options, error) {
	o := DefaultOptions()
	p := optionParser{get: get}
	if v, ok := get(base + "personality"); ok && !o.personality(v) {
		p.bad(base+"personality", v)
	}
	for _, r := range []struct {
		key string
		to  *int
	}{
		{"request-body-limit", &o.RequestBodyLimit}, {"response-body-limit", &o.ResponseBodyLimit},
		{"meta-field-limit", &o.FieldLimit}, {"headers-limit", &o.HeadersLimit}, {"max-tx", &o.MaxTx},
		{"response-body-decompress-layer-limit", &o.Layers}, {"lzma-memlimit", &o.LzmaMemory},
		{"compression-bomb-limit", &o.BombLimit}, {"compression-bomb-count", &o.BombCount},
	} {
		p.size(base+r.key, r.to)
	}
	for _, r := range []struct {
		key string
		to  *bool
	}{
		{"double-decode-path", &o.DoubleDecodePath}, {"double-decode-query", &o.DoubleDecodeQuery},
		{"path-convert-backslash-separators", &o.ConvertBackslash}, {"path-convert-lowercase", &o.ConvertLower},
		{"path-nul-encoded-terminates", &o.NULEncTerminates}, {"path-nul-raw-terminates", &o.NULRawTerminates},
		{"path-separators-compress", &o.CompressSeparators}, {"path-separators-decode", &o.DecodeSeparators},
		{"path-u-encoding-decode", &o.UEncoding}, {"path-utf8-convert-bestfit", &o.UTF8BestFit},
		{"query-plusspace-decode", &o.PlusSpace}, {"uri-include-all", &o.URIIncludeAll},
	} {
		p.flag(base+r.key, r.to)
	}
	if v, ok := get(base + "lzma-enabled"); ok {
		var on bool
		if n, err := strconv.Atoi(v); err == nil && n >= 0 && n <= 8 {
			o.LzmaLayers = n
		} else if p.flag(base+"lzma-enabled", &on); on {
			o.LzmaLayers = 1
		}
	}
	if v, ok := get(base + "path-bestfit-replacement-char"); ok {
		if len(v) == 1 {
			o.BestFitReplacement = v[0]
		} else {
			p.bad(base+"path-bestfit-replacement-char", v)
		}
	}
	if v, ok := get(base + "path-url-encoding-invalid-handling"); ok {
		switch strings.ToLower(v) {
		case "preserve_percent":
			o.Invalid = PreservePercent
		case "remove_percent":
			o.Invalid = RemovePercent
		case "decode_invalid":
			o.Invalid = DecodeInvalid
		default:
			p.bad(base+"path-url-encoding-invalid-handling", v)
		}
	}
	return o, errors.Join(append(p.errs, o.Validate())...)
}

// Validate reports every mistake at once.
func (o *Options) Validate() error {
	var errs []error
	check := func(name string, v, low, high int) {
		if v < low || v > high {
			errs = append(errs, fmt.Errorf("http: %s is %d, want %d to %d", name, v, low, high))
		}
	}
	check("request-body-limit", o.RequestBodyLimit, 0, 1<<40)
	check("response-body-limit", o.ResponseBodyLimit, 0, 1<<40)
	check("meta-field-limit", o.FieldLimit, 256, 512<<10)
	check("max-tx", o.MaxTx, 1, math.MaxInt32)
	check("headers-limit", o.HeadersLimit, 1, maxHeaders)
	check("decompression layers", o.Layers, 0, maxLayers)
	check("compression-bomb-limit", o.BombLimit, 1024, 1<<40)
	check("transactions", o.Transactions, 1, 1<<24)
	return errors.Join(errs...)
}

type optionParser struct {
	get  func(string) (string, bool)
	errs []error
}

func (p *optionParser) bad(key, v string) {
	p.errs = append(p.errs, fmt.Errorf("%s: %q is not understood", key, v))
}

func (p *optionParser) flag(key string, to *bool) {
	v, ok := p.get(key)
	if !ok {
		return
	}
	switch strings.ToLower(v) {
	case "yes", "true", "on", "1", "enabled":
		*to = true
	case "no", "false", "off", "0", "disabled":
		*to = false
	default:
		p.bad(key, v)
	}
}

// size reads a number with an optional unit (kb, KiB, mb, …, all binary).
func (p *optionParser) size(key string, to *int) {
	v, ok := p.get(key)
	if !ok {
		return
	}
	s := strings.ToLower(strings.TrimSpace(v))
	shift := 0
	for _, u := range []struct {
		suffix string
		shift  int
	}{{"kib", 10}, {"mib", 20}, {"gib", 30}, {"kb", 10}, {"mb", 20}, {"gb", 30}, {"k", 10}, {"m", 20}, {"g", 30}} {
		if strings.HasSuffix(s, u.suffix) {
			s, shift = strings.TrimSpace(strings.TrimSuffix(s, u.suffix)), u.shift
			break
		}
	}
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		p.bad(key, v)
		return
	}
	*to = int(n) << shift
}
