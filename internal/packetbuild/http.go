package packetbuild

import (
	"fmt"
	"net/http"
	"strings"
)

// HTTPRequest builds an HTTP/1.1 request without a body; more headers are
// "Name: value" lines.
func HTTPRequest(method, target, host string, headers ...string) []byte {
	return httpMessage(fmt.Sprintf("%s %s HTTP/1.1", method, target), append([]string{"Host: " + host}, headers...), nil)
}

// HTTPPost builds a POST with a body and its Content-Length.
func HTTPPost(target, host, contentType string, body []byte, headers ...string) []byte {
	h := append([]string{"Host: " + host, "Content-Type: " + contentType,
		fmt.Sprintf("Content-Length: %d", len(body))}, headers...)
	return httpMessage(fmt.Sprintf("POST %s HTTP/1.1", target), h, body)
}

// HTTPResponse builds an HTTP/1.1 response with a body and its Content-Length.
func HTTPResponse(status int, contentType string, body []byte, headers ...string) []byte {
	h := append([]string{"Server: example", "Content-Type: " + contentType,
		fmt.Sprintf("Content-Length: %d", len(body))}, headers...)
	return httpMessage(fmt.Sprintf("HTTP/1.1 %d %s", status, http.StatusText(status)), h, body)
}

func httpMessage(first string, headers []string, body []byte) []byte {
	return append([]byte(first+"\r\n"+strings.Join(headers, "\r\n")+"\r\n\r\n"), body...)
}
