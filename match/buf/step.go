package buf

// Step is how far a protocol's parser has come in one direction. Steps of one
// protocol grow; Complete is behind all.
type Step uint8

// Steps. Each protocol counts its own; the numbers of two protocols are not
// comparable.
const (
	Start Step = 0

	StepHTTPRequestLine  Step = 1
	StepHTTPResponseLine Step = 1
	StepHTTPHeaders      Step = 2
	StepHTTPBody         Step = 3
	StepHTTPTrailer      Step = 4

	StepTLSClientHello Step = 1
	StepTLSClientCert  Step = 2
	StepTLSServerHello Step = 1
	StepTLSServerCert  Step = 2

	StepSSHBanner Step = 1

	Body     Step = 3
	Complete Step = 255
)
