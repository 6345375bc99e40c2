package mime

import "errors"

const (
	// maxHold: a line is looked at as a whole up to this length; what a line has
	// beyond is streamed.
	maxHold = 4096
	// maxFields is the most header fields of the message itself, and of a part.
	maxFields = 256
	// maxLevels is how deep multipart bodies and embedded messages nest.
	maxLevels = 32
	// maxText is the most octets of names, values and URLs kept of a message; a
	// part's header has as much of its own.
	maxText = 256 << 10
	// maxFiles is the most attachments of a message.
	maxFiles = 64
	// maxURLs is the most URLs kept of a message.
	maxURLs = 256
	// maxURLLine: text without a line end is searched for URLs in runs of this
	// length.
	maxURLLine = 8192
	// maxName is the longest name of a file, in octets.
	maxName = 255

	// What lines and fields may be at most before they are anomalies: RFC 5322
	// section 2.1.1, RFC 2045 section 6.7, RFC 2046 section 5.1.1.
	longLine    = 998
	longEncoded = 76
	longField   = 75
	longBound   = 254
)

// Anomaly is a set of what is wrong with a message.
type Anomaly uint16

// Anomalies.
const (
	InvalidBase64 Anomaly = 1 << iota
	InvalidQP
	LongLine
	LongEncodedLine
	LongFieldName
	LongFieldValue
	LongBoundary
	LongFilename
	// Malformed: nested too deep, or more fields or attachments than are kept.
	Malformed
)

// Options are the settings of app-layer.protocols.smtp.mime.
type Options struct {
	// Base64 and QuotedPrintable: bodies are decoded.
	Base64, QuotedPrintable bool
	// ValueDepth is how much of a field's value is kept, in octets.
	ValueDepth int
	// URLs of text parts are collected when their scheme is one of Schemes; URLs
	// are kept with it when KeepScheme is set.
	URLs       bool
	Schemes    []string
	KeepScheme bool
	// BodyMD5: the MD5 of the body is computed.
	BodyMD5 bool
	// Messages is the most messages of a worker at a time.
	Messages int
}

// DefaultOptions are the settings of an unchanged configuration.
func DefaultOptions() Options {
	return Options{Base64: true, QuotedPrintable: true, ValueDepth: 2000, URLs: true, Schemes: []string{"http"}, BodyMD5: true, Messages: 4096}
}

// Validate reports every mistake at once.
func (o *Options) Validate() error {
	var errs []error
	if o.ValueDepth < 1 || o.ValueDepth > 65535 {
		errs = append(errs, errors.New("app-layer.protocols.smtp.mime.header-value-depth: want 1 to 65535"))
	}
	if len(o.Schemes) > 16 {
		errs = append(errs, errors.New("app-layer.protocols.smtp.mime.extract-urls-schemes: at most 16"))
	}
	for _, s := range o.Schemes {
		if s == "" || len(s) > 32 {
			errs = append(errs, errors.New("app-layer.protocols.smtp.mime.extract-urls-schemes: a scheme has 1 to 32 characters"))
		}
	}
	if o.Messages < 1 {
		errs = append(errs, errors.New("mime: want at least one message at a time"))
	}
	return errors.Join(errs...)
}
