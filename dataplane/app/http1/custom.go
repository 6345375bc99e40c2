package http1

import (
	"slices"
	"strings"
)

// CustomHeader is a header that EVE's http shows because `custom` asks for it.
type CustomHeader struct {
	// Key is the member's name, Name the header's in lower case.
	Key, Name string
	// Response: it is one of answers. Extended: extended records show it by another
	// name.
	Response, Extended bool
}

// responseHeaders are those of the custom fields that answers have; all others are of
// requests.
var responseHeaders = strings.Fields("accept-range age allow connection content-encoding content-language content-length content-location " +
	"content-md5 content-range content-type date etag expires last-modified link location proxy-authenticate refresh retry-after server " +
	"set-cookie trailer transfer-encoding upgrade vary warning www-authenticate")

// ParseCustom reads a name of `custom`, which is the header's or, with underscores, the
// member's.
func ParseCustom(name string) CustomHeader {
	header := strings.ReplaceAll(strings.ToLower(name), "_", "-")
	c := CustomHeader{Key: strings.ReplaceAll(header, "-", "_"), Name: header, Response: slices.Contains(responseHeaders, header),
		Extended: slices.Contains([]string{"referer", "location", "content-type"}, header)}
	if header == "etags" {
		c.Key, c.Name, c.Response = "etag", "etag", true
	}
	return c
}
