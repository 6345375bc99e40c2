package endtoend

import (
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Rules on what mail and FTP carry: all of them look at decoded content, which no
// packet shows as it is.
const mailRules = `
drop smtp any any -> any any (msg:"attachment"; flow:to_server,established; file.data; content:"attack-in-attachment"; sid:11;)
drop smtp any any -> any any (msg:"subject"; flow:to_server,established; email.subject; content:"attack-in-subject"; sid:12;)
drop ftp-data any any -> any any (msg:"file over FTP"; file.data; content:"attack-in-file"; sid:13;)
drop ftp any any -> any any (msg:"name over FTP"; flow:to_server; ftp.command; content:"RETR"; ftp.command_data; content:"forbidden"; sid:14;)
`

// needs skips a test where a program of the lab is missing.
func needs(t *testing.T, tools ...string) {
	t.Helper()
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%v: docker/install-deps.sh test installs it", err)
		}
	}
}

// TestMail sends mail with swaks to OpenSMTPD.
func TestMail(t *testing.T) {
	needs(t, "swaks", "smtpd")
	l := newLab(t, mailRules)
	conf := filepath.Join(l.dir, "smtpd.conf")
	text := fmt.Sprintf("listen on %s\naction \"out\" relay host smtp://127.0.0.9\nmatch from any for any action \"out\"\n", server4)
	if err := os.WriteFile(conf, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	l.background(l.server, "smtpd", "-d", "-f", conf)
	l.until("the mail server answers", 20*time.Second, func() error {
		return in(l.client, "swaks", "--server", server4, "--quit-after", "EHLO", "--timeout", "2").Run()
	})
	send := func(subject, attachment string) (string, error) {
		file := filepath.Join(l.dir, "attachment.bin")
		if err := os.WriteFile(file, []byte(attachment), 0o644); err != nil {
			t.Fatal(err)
		}
		out, err := in(l.client, "swaks", "--server", server4, "--from", "a@example.org", "--to", "b@example.org", "--timeout", "2",
			"--header", "Subject: "+subject, "--body", "hello", "--attach", "@"+file).CombinedOutput()
		return string(out), err
	}
	for _, row := range []struct {
		name, subject, attachment string
		sid                       int
	}{
		{"benign", "hello", strings.Repeat("benign ", 20000), 0},
		{"attack in an attachment", "hello", strings.Repeat("x", 50000) + "attack-in-attachment", 11},
		{"attack in a header", "attack-in-subject", "x", 12},
		{"benign again", "hello", "x", 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			if strings.Contains(base64.StdEncoding.EncodeToString([]byte(row.attachment)), "attack-in-attachment") {
				t.Fatal("the attack shows without decoding")
			}
			out, err := send(row.subject, row.attachment)
			accepted := strings.Contains(out, "<~  250 2.0.0") || strings.Contains(out, "<-  250 2.0.0") && err == nil && strings.Contains(out, "Message accepted")
			if row.sid == 0 {
				if err != nil || !accepted {
					t.Errorf("%v\n%s", err, out)
				}
				return
			}
			if err == nil || strings.Contains(out, "Message accepted") {
				t.Errorf("the attack got through:\n%s", out)
			}
			l.until("the drop is written", 5*time.Second, func() error {
				if n := len(l.alerts("drop", row.sid)) + len(l.alerts("alert", row.sid)); n == 0 {
					return fmt.Errorf("no event of rule %d", row.sid)
				}
				return nil
			})
		})
	}
	l.until("both benign mails are logged", 5*time.Second, func() error {
		n := len(l.events(func(e map[string]any) bool {
			m, _ := e["email"].(map[string]any)
			return e["event_type"] == "smtp" && m != nil && m["subject"] == "hello"
		}))
		if n < 2 {
			return fmt.Errorf("%d events", n)
		}
		return nil
	})
}

// TestFTP moves files with curl from and to vsftpd, over passive and active data
// connections.
func TestFTP(t *testing.T) {
	needs(t, "vsftpd")
	l := newLab(t, mailRules)
	root := filepath.Join(l.dir, "ftp")
	if err := os.MkdirAll(filepath.Join(root, "up"), 0o755); err != nil {
		t.Fatal(err)
	}
	benign, attack := strings.Repeat("benign ", 30000), strings.Repeat("x", 100000)+"attack-in-file"+strings.Repeat("y", 100000)
	for name, text := range map[string]string{"benign": benign, "attack": attack, "forbidden": "x"} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	os.Chmod(l.dir, 0o755)
	os.Chmod(filepath.Dir(l.dir), 0o755)
	os.Chmod(filepath.Join(root, "up"), 0o777)
	empty := filepath.Join(l.dir, "empty")
	os.Mkdir(empty, 0o755)
	conf := filepath.Join(l.dir, "vsftpd.conf")
	text := "listen=YES\nbackground=NO\nanonymous_enable=YES\nlocal_enable=NO\nwrite_enable=YES\nanon_upload_enable=YES\nanon_umask=022\n" +
		"seccomp_sandbox=NO\nport_enable=YES\nlisten_address=" + server4 + "\nanon_root=" + root + "\nsecure_chroot_dir=" + empty + "\n"
	if err := os.WriteFile(conf, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	l.background(l.server, "vsftpd", conf)
	url := "ftp://" + server4 + "/"
	curl := func(args ...string) (string, error) {
		out, err := in(l.client, "curl", append([]string{"-sS", "-m", "3"}, args...)...).Output()
		return string(out), err
	}
	l.until("the FTP server answers", 20*time.Second, func() error { _, err := curl(url); return err })
	local := filepath.Join(l.dir, "local")
	for _, mode := range []struct {
		name string
		args []string
	}{{"passive", []string{"--disable-epsv"}}, {"extended passive", nil}, {"active", []string{"--ftp-port", client4, "--disable-eprt"}}, {"extended active", []string{"--ftp-port", client4}}} {
		t.Run(mode.name, func(t *testing.T) {
			if got, err := curl(append(mode.args, url+"benign")...); err != nil || got != benign {
				t.Errorf("a benign file: %v, %d of %d octets", err, len(got), len(benign))
			}
			before := len(l.alerts("drop", 13))
			got, err := curl(append(mode.args, url+"attack")...)
			if err == nil || strings.Contains(got, "attack-in-file") {
				t.Errorf("an attack got through: %v, %d octets", err, len(got))
			}
			l.until("the drop is written", 5*time.Second, func() error {
				if len(l.alerts("drop", 13)) == before {
					return fmt.Errorf("no event")
				}
				return nil
			})
			for name, text := range map[string]string{"attack": attack, "benign": benign} {
				if err := os.WriteFile(local, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
				to := strings.ReplaceAll(mode.name, " ", "-") + "-" + name
				_, err := curl(append(mode.args, "-T", local, url+"up/"+to)...)
				there, _ := os.ReadFile(filepath.Join(root, "up", to))
				if name == "benign" && (err != nil || string(there) != benign) {
					t.Errorf("an upload: %v, %d octets there", err, len(there))
				}
				if name == "attack" && strings.Contains(string(there), "attack-in-file") {
					t.Error("an attack was uploaded")
				}
			}
		})
	}
	if got, err := curl(url + "forbidden"); err == nil {
		t.Errorf("a forbidden name got through: %q", got)
	}
}
