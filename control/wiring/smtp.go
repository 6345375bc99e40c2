package wiring

import (
	"errors"

	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/smtp"
	"github.com/weir-ips/weir/match/input"
)

// smtpApp fills the settings of SMTP and of the messages in it.
func smtpApp(s *config.Sections, c *app.Config) error {
	o := smtp.DefaultOptions()
	k := keys{p: s.AppLayer.Protocol("smtp")}
	k.flag("mime.decode-mime", &o.Mime)
	k.flag("raw-extraction", &o.Raw)
	k.size("max-tx", &o.MaxTx, app.MaxTxs)
	k.size("inspected-tracker.content-inspect-min-size", &o.InspectFrom, 128<<10)
	m := &o.Message
	k.flag("mime.decode-base64", &m.Base64)
	k.flag("mime.decode-quoted-printable", &m.QuotedPrintable)
	k.size("mime.header-value-depth", &m.ValueDepth, 65535)
	k.flag("mime.extract-urls", &m.URLs)
	k.list("mime.extract-urls-schemes", &m.Schemes)
	k.flag("mime.log-url-scheme", &m.KeepScheme)
	k.flag("mime.body-md5", &m.BodyMD5)
	if o.Mime {
		// As Suricata has it: a message taken apart is not also one file.
		o.Raw = false
	}
	o.Fields = 0
	errs := []error{k.err()}
	eveTypes(s, "smtp", func(t *config.EveType) {
		if t.SMTP.Extended {
			o.Fields |= smtp.Extended
		}
		f, err := smtp.FieldsOf(t.SMTP.Custom)
		errs = append(errs, err)
		o.Fields |= f
		for _, what := range t.SMTP.MD5 {
			o.BodyMD5 = o.BodyMD5 || what == "body"
			o.SubjectMD5 = o.SubjectMD5 || what == "subject"
		}
	})
	c.Options[input.AppSMTP] = o
	return errors.Join(append(errs, o.Validate())...)
}
