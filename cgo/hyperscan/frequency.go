package hyperscan

import "sync"

// frequency estimates how often a gram stands in traffic, in grams a thousand:
// what common text holds counts as it stands there, the rest by its octets. It
// only ranks windows; a poor guess costs time, never a match.
func frequency(g []byte) float64 {
	p := 1.0
	for i, c := range g {
		if i > 0 && c == g[i-1] {
			p *= 0.6 // padding, runs
			continue
		}
		p *= octetFrequency(c | 0x20)
	}
	return 1000*p + commonGrams()[gram(g)]
}

func octetFrequency(c byte) float64 {
	switch {
	case c == ' ' || c == 0xFF: // with bit 5 set, NUL is a blank
		return 0.08
	case c >= 'a' && c <= 'z':
		return letters[c-'a']
	case c >= '0' && c <= '9':
		return 0.02
	case c == '-' || c == '/' || c == '.' || c == ':' || c == '=' || c == ';' || c == '"' || c == '\'' || c == ',':
		return 0.015
	case c == '*' || c == '!' || c == '#': // LF, SOH, ETX
		return 0.02
	}
	return 0.004
}

// letters are the shares of letters in text of protocols and markup.
var letters = [26]float64{
	0.062, 0.016, 0.034, 0.032, 0.095, 0.016, 0.018, 0.024, 0.060, 0.005, 0.008, 0.038, 0.026,
	0.056, 0.062, 0.026, 0.002, 0.052, 0.056, 0.080, 0.024, 0.010, 0.014, 0.006, 0.014, 0.004,
}

// commonText holds what most flows of the usual protocols say.
const commonText = "GET / HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) " +
	"AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36\r\nAccept: text/html,application/xhtml+xml," +
	"application/xml;q=0.9,image/webp,image/png,image/jpeg,image/gif,*/*;q=0.8\r\nAccept-Language: en-US,en;q=0.5\r\n" +
	"Accept-Encoding: gzip, deflate, br\r\nConnection: keep-alive\r\nUpgrade-Insecure-Requests: 1\r\nReferer: https://www." +
	"\r\nCookie: sessionid=\r\nCache-Control: no-cache, max-age=0\r\nPragma: no-cache\r\nContent-Type: application/x-www-form-urlencoded" +
	"\r\nContent-Length: 1024\r\n\r\nPOST /index.php?id=1&name= HTTP/1.0\r\nHTTP/1.1 200 OK\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT" +
	"\r\nServer: Apache/2.4 nginx Microsoft-IIS PHP\r\nLast-Modified: \r\nETag: \r\nExpires: \r\nVary: Accept-Encoding\r\nSet-Cookie: " +
	"path=/; domain=; secure; HttpOnly; SameSite\r\nTransfer-Encoding: chunked\r\nX-Powered-By: X-Frame-Options: SAMEORIGIN\r\n" +
	"Location: http://www.\r\n301 Moved Permanently 302 Found 304 Not Modified 404 Not Found charset=utf-8 iso-8859-1\r\n" +
	"<!DOCTYPE html><html lang=\"en\"><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=UTF-8\"><title></title>" +
	"<link rel=\"stylesheet\" href=\"/css/style.css\"><script type=\"text/javascript\" src=\"/js/jquery.min.js\"></script></head><body>" +
	"<div class=\"container\" id=\"main\"><a href=\"http://\"><img src=\"/images/logo.png\" alt=\"\" width=\"100\" height=\"100\"></a>" +
	"<span style=\"color: #000; font-size: 12px; margin: 0; padding: 0;\"></span><p></p><br /><table><tr><td>&nbsp;</td></tr></table>" +
	"<input type=\"text\" name=\"value\"><form action=\"\" method=\"post\"></form></div></body></html>function(){return this;}" +
	"var document.getElementById window.location.href = new Array();if(typeof(a)==\"undefined\")for(var i=0;i<this.length;i++){}" +
	"String.fromCharCode eval(unescape(0x00)) <?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope xmlns:xsi=\"http://www.w3.org/2001/" +
	"XMLSchema-instance\"></soap:Envelope>{\"id\":1,\"name\":\"\",\"type\":\"\",\"status\":\"ok\",\"data\":[null,true,false]}" +
	"EHLO mail.example.com\r\nMAIL FROM:<user@example.com>\r\nRCPT TO:<user@example.com>\r\nDATA\r\n250 2.1.0 Ok\r\nMessage-ID: <>\r\n" +
	"Subject: \r\nTo: \r\nFrom: \r\nMIME-Version: 1.0\r\nContent-Transfer-Encoding: base64 quoted-printable 7bit\r\nContent-Disposition: " +
	"attachment; filename=\"\"\r\nboundary=\"----=_Part_\"\r\nReceived: from by with ESMTP\r\nUSER PASS PORT PASV STOR RETR LIST 220 331 230 " +
	"SSH-2.0-OpenSSH diffie-hellman-group-exchange-sha256,ecdh-sha2-nistp256,aes128-ctr,aes256-gcm@openssh.com,hmac-sha2-256" +
	"NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nM-SEARCH * ssdp:discover upnp:rootdevice\r\nCN=DigiCert Inc, Let's Encrypt US " +
	".exe .dll .jpg .gif .zip .com .net .org This program cannot be run in DOS mode. The and for are with that this from have was not " +
	"windows microsoft google system32 temp user admin password login service update download software version"

// commonGrams are the grams of commonText with how many in a thousand they are.
var commonGrams = sync.OnceValue(func() map[uint32]float64 {
	n := map[uint32]float64{}
	for w := range [3]int{} {
		for i := 0; i+w+2 <= len(commonText); i++ {
			n[gram([]byte(commonText[i:i+w+2]))] += 1000.0 / float64(len(commonText))
		}
	}
	return n
})
