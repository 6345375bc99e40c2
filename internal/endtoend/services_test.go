package endtoend

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Rules on what parsers make of the wire: none of it shows in a packet as it is,
// except to who reads the protocol.
const serviceRules = `
drop http any any -> any any (msg:"body"; flow:to_client,established; file.data; content:"attack-in-body"; sid:21;)
drop http any any -> any any (msg:"header"; flow:to_server,established; http.user_agent; content:"attack-in-header"; sid:22;)
drop http any any -> any any (msg:"name"; flow:to_server,established; http.uri; content:"/attack-in-name"; sid:23;)
drop http2 any any -> any any (msg:"body over HTTP/2"; flow:to_client,established; file.data; content:"attack-in-body"; sid:24;)
drop http2 any any -> any any (msg:"header over HTTP/2"; flow:to_server,established; http.user_agent; content:"attack-in-header"; sid:25;)
drop http2 any any -> any any (msg:"name over HTTP/2"; flow:to_server,established; http.uri; content:"/attack-in-name"; sid:26;)
drop http any any -> any any (msg:"request body"; flow:to_server,established; http.request_body; content:"attack-in-post"; sid:27;)
drop http2 any any -> any any (msg:"request body over HTTP/2"; flow:to_server,established; http.request_body; content:"attack-in-post"; sid:28;)
drop tls any any -> any any (msg:"server name"; flow:to_server,established; tls.sni; content:"attack.example"; sid:31;)
drop tls any any -> any any (msg:"certificate"; flow:to_client,established; tls.cert_subject; content:"CN=attack.cert"; sid:32;)
drop dns any any -> any any (msg:"question"; dns.query; content:"attack.example"; sid:41;)
drop dns any any -> any any (msg:"answer"; dns.answers.rrname; content:"hidden.example"; sid:42;)
drop ssh any any -> any any (msg:"a client by what it offers"; flow:to_server,established; ssh.hassh.string; content:"|3b|aes128-ctr|3b|hmac-sha2-256|3b|"; sid:51;)
`

// file writes a file of the lab and returns its path.
func (l *lab) file(name, text string) string {
	l.t.Helper()
	path := filepath.Join(l.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		l.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		l.t.Fatal(err)
	}
	return path
}

// exchange is one use of a service: what a client runs, and what it says when all
// is well.
type exchange struct {
	name string
	run  []string
	want string // in its output, when sid is 0
	evil string // not in its output
	sid  int    // of the rule that cuts it
}

// uses runs exchanges: benign ones come through whole, attacks are cut before they
// arrive, and the rule is told of.
func (l *lab) uses(t *testing.T, rows []exchange) {
	t.Helper()
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			c := in(l.client, row.run[0], row.run[1:]...)
			c.Dir = l.dir
			out, err := c.CombinedOutput()
			if row.sid == 0 {
				if !strings.Contains(string(out), row.want) {
					t.Errorf("%v: %q is not in what came, %d octets: %.300q", err, row.want, len(out), out)
				}
				return
			}
			if strings.Contains(string(out), row.evil) {
				t.Errorf("the attack arrived: %.300q", out)
			}
			l.until(fmt.Sprintf("rule %d is told of", row.sid), 10*time.Second, func() error {
				if len(l.alerts("alert", row.sid)) == 0 {
					return fmt.Errorf("no alert")
				}
				return nil
			})
		})
	}
}

// TestWeb: curl and nghttp over HTTP/1.1 and HTTP/2 from nginx, which compresses.
func TestWeb(t *testing.T) {
	needs(t, "nginx", "nghttp")
	l := newLab(t, serviceRules, "--set", "app-layer.protocols.http2.enabled=yes")
	for path, text := range map[string]string{"benign.txt": strings.Repeat("benign ", 30000) + "the-end",
		"evil.txt": strings.Repeat("x", 50000) + "attack-in-body" + strings.Repeat("y", 50000), "attack-in-name": "a-name"} {
		l.file("www/"+path, text)
	}
	conf := l.file("nginx.conf", fmt.Sprintf(`daemon off; master_process off; user root; pid nginx.pid; error_log stderr; worker_processes 1;
events { worker_connections 64; }
http { access_log off; gzip on; gzip_types text/plain; default_type text/plain; root %[1]s/www;
	client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;
	server { listen %[2]s:80; location /post { proxy_pass http://%[2]s/benign.txt; } }
	server { listen %[2]s:8080 http2; location /post { proxy_pass http://%[2]s/benign.txt; } } }
`, l.dir, server4))
	// What is posted is read whole before it is handed on; the answer is 405.
	l.background(l.server, "nginx", "-p", l.dir, "-c", conf, "-e", "stderr")
	one, two := "http://"+server4, "http://"+server4+":8080"
	l.until("nginx answers", 20*time.Second, func() error {
		return in(l.client, "curl", "-sf", "-m", "2", "--http2-prior-knowledge", "-o", "/dev/null", two+"/benign.txt").Run()
	})
	curl := func(args ...string) []string {
		return append([]string{"curl", "-sS", "-m", "4", "--compressed"}, args...)
	}
	const prior = "--http2-prior-knowledge"
	l.uses(t, []exchange{
		{"HTTP/1.1, benign", curl(one + "/benign.txt"), "the-end", "", 0},
		{"HTTP/1.1, a body", curl(one + "/evil.txt"), "", "attack-in-body", 21},
		{"HTTP/1.1, a header", curl("-A", "attack-in-header", one+"/benign.txt"), "", "the-end", 22},
		{"HTTP/1.1, a name", curl("--path-as-is", one+"/%61ttack-in-name"), "", "a-name", 23},
		{"HTTP/2, benign", curl(prior, two+"/benign.txt"), "the-end", "", 0},
		{"HTTP/2, a body", curl(prior, two+"/evil.txt"), "", "attack-in-body", 24},
		{"HTTP/2, a header", curl(prior, "-A", "attack-in-header", two+"/benign.txt"), "", "the-end", 25},
		{"HTTP/2, a name", curl(prior, two+"/attack-in-name"), "", "a-name", 26},
		{"HTTP/1.1, a benign request body", curl("-d", "benign", one+"/post"), "405", "", 0},
		{"HTTP/1.1, a request body", curl("-d", "attack-in-post", one+"/post"), "", "405", 27},
		{"HTTP/2, a benign request body", curl(prior, "-d", "benign", two+"/post"), "405", "", 0},
		{"HTTP/2, a request body", curl(prior, "-d", "attack-in-post", two+"/post"), "", "405", 28},
		{"nghttp, benign", []string{"timeout", "5", "nghttp", two + "/benign.txt"}, "the-end", "", 0},
		{"nghttp, a body", []string{"timeout", "5", "nghttp", two + "/evil.txt"}, "", "attack-in-body", 24},
		{"nghttp, a header", []string{"timeout", "5", "nghttp", "-H", "user-agent: attack-in-header", two + "/benign.txt"}, "", "the-end", 25},
		{"HTTP/1.1, benign still", curl(one + "/benign.txt"), "the-end", "", 0},
	})
}

// TestSecureSessions: openssl s_client against s_server, and ssh against sshd.
func TestSecureSessions(t *testing.T) {
	needs(t, "openssl", "ssh", "sshd", "ssh-keygen")
	l := newLab(t, serviceRules, "--set", "app-layer.protocols.ssh.enabled=yes")
	cert := func(name string) (string, string) {
		key, crt := filepath.Join(l.dir, name+".key"), filepath.Join(l.dir, name+".crt")
		l.must("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", crt, "-subj", "/CN="+name, "-days", "2")
		return key, crt
	}
	for port, name := range map[string]string{"443": "good.cert", "444": "attack.cert"} {
		key, crt := cert(name)
		l.background(l.server, "openssl", "s_server", "-accept", port, "-key", key, "-cert", crt, "-www", "-quiet")
	}
	key, hostKey := filepath.Join(l.dir, "id"), filepath.Join(l.dir, "host")
	for _, k := range []string{key, hostKey} {
		l.must("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", k)
	}
	public, err := os.ReadFile(key + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	keys := l.file("keys", string(public))
	os.MkdirAll("/run/sshd", 0o755)
	conf := l.file("sshd.conf", "HostKey "+hostKey+"\nAuthorizedKeysFile "+keys+"\nStrictModes no\nPermitRootLogin yes\nUsePAM no\nPidFile none\n")
	l.background(l.server, "/usr/sbin/sshd", "-D", "-f", conf)
	client := func(args ...string) []string {
		return append([]string{"timeout", "6", "openssl", "s_client", "-connect"}, args...)
	}
	ssh := func(more ...string) []string {
		return append([]string{"timeout", "20", "ssh", "-F", "none", "-i", key, "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
			"-o", "BatchMode=yes", "-o", "ConnectTimeout=5"}, append(more, "root@"+server4, "echo", "logged-in")...)
	}
	l.until("s_server answers", 20*time.Second, func() error {
		return in(l.client, "sh", "-c", "timeout 3 openssl s_client -connect "+server4+":443 </dev/null").Run()
	})
	l.until("sshd answers", 20*time.Second, func() error { return in(l.client, "timeout", ssh()[1:]...).Run() })
	l.uses(t, []exchange{
		{"TLS 1.3, benign", client(server4+":443", "-servername", "good.example", "-tls1_3"), "Server certificate", "", 0},
		{"TLS 1.2, benign", client(server4+":443", "-servername", "good.example", "-tls1_2"), "CN = good.cert", "", 0},
		{"TLS 1.3, a server name", client(server4+":443", "-servername", "attack.example", "-tls1_3"), "", "Server certificate", 31},
		{"TLS 1.2, a certificate", client(server4+":444", "-servername", "good.example", "-tls1_2"), "", "Server certificate", 32},
		{"SSH, benign", ssh(), "logged-in", "", 0},
		{"SSH, a client", ssh("-c", "aes128-ctr", "-m", "hmac-sha2-256"), "", "logged-in", 51},
		{"SSH, benign still", ssh(), "logged-in", "", 0},
	})
}

// TestNames: dig against unbound, over UDP and TCP.
func TestNames(t *testing.T) {
	needs(t, "dig", "unbound")
	l := newLab(t, serviceRules)
	conf := l.file("unbound.conf", fmt.Sprintf(`server:
	interface: %s
	access-control: 0.0.0.0/0 allow
	username: ""
	chroot: ""
	directory: %q
	pidfile: ""
	use-syslog: no
	do-daemonize: no
	auto-trust-anchor-file: ""
	module-config: "iterator"
	local-zone: "example." static
	local-data: "www.example. IN A 192.0.2.1"
	local-data: "attack.example. IN A 192.0.2.66"
	local-data: "alias.example. IN A 192.0.2.2"
	local-data: "hidden.example. IN TXT secret-text"
remote-control:
	control-enable: no
`, server4, l.dir))
	l.background(l.server, "unbound", "-d", "-c", conf)
	dig := func(args ...string) []string {
		return append([]string{"dig", "@" + server4, "+tries=1", "+time=2"}, args...)
	}
	l.until("unbound answers", 20*time.Second, func() error { return in(l.client, "dig", dig("www.example")[1:]...).Run() })
	l.uses(t, []exchange{
		{"UDP, benign", dig("www.example"), "192.0.2.1", "", 0},
		{"TCP, benign", dig("+tcp", "www.example"), "192.0.2.1", "", 0},
		{"UDP, a question", dig("attack.example"), "", "192.0.2.66", 41},
		{"TCP, a question", dig("+tcp", "attack.example"), "", "192.0.2.66", 41},
		{"UDP, an answer", dig("hidden.example", "TXT"), "", "secret-text", 42},
		{"UDP, benign still", dig("alias.example"), "192.0.2.2", "", 0},
	})
}
