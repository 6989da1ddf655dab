package words

import (
	"strings"
	"testing"
	"time"
)

// What a library or the system says never stands before an operator as it is; what core says of itself stays.
func TestPlain(t *testing.T) {
	at := time.Date(2026, 11, 30, 12, 5, 0, 0, time.UTC)
	for raw, want := range map[string]string{
		`ask for the job: Get "https://one.example:443/x": dial tcp 10.0.0.1:443: connect: connection refused`: "ask for the job: nothing answers at this address",
		`dial tcp [::1]:443: i/o timeout`:                                                  "no answer came in time",
		`Post "https://h/x": context deadline exceeded (Client.Timeout exceeded)`:          "no answer came in time",
		`dial tcp: lookup one.example on 127.0.0.53:53: no such host`:                      "the name of the computer was not found",
		`tls: failed to verify certificate: x509: certificate signed by unknown authority`: "the certificate of the service cannot be trusted",
		`read tcp 10.0.0.2:5000->10.0.0.1:443: read: connection reset by peer`:             "the connection was closed",
		`the download: unexpected EOF`:                                                     "the download: the data ended too early",
		`part 2: EOF`:                                                                      "part 2: the data ended too early",
		`member "a.pem": flate: corrupt input before offset 17`:                            `member "a.pem": the data is damaged`,
		"expired at 2026-11-30T12:05:00Z":                                                  "expired at " + Minute(at),
		"expired at 2026-11-30T13:05:00.5+01:00":                                           "expired at " + Minute(at),
		"row 3 has 4 cells":                                                                "row 3 has 4 cells",
		"GEOFENCE EOFX":                                                                    "GEOFENCE EOFX",
	} {
		if got := Plain(raw); got != want {
			t.Errorf("%q: %q, want %q", raw, got, want)
		}
	}
	if got := Plain("a\x1b[31m"); strings.Contains(got, "\x1b") {
		t.Errorf("a control character stays: %q", got)
	}
}
