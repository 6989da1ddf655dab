package trustmanager

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"
)

// aboutTLS tells whether an error says that the other end cannot be trusted or does not trust us: no retry changes that.
func aboutTLS(err error) bool {
	var verification *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	return errors.As(err, &verification) || refusedByTLS(err) || errors.As(err, &record) ||
		errors.As(err, &unknown) || errors.As(err, &host) || errors.As(err, &invalid)
}

// aboutNetwork tells whether an error is one of the connection.
func aboutNetwork(err error) bool {
	var operation *net.OpError
	var name *net.DNSError
	var stall *StallError
	if errors.As(err, &name) {
		return !name.IsNotFound
	}
	return errors.As(err, &operation) || errors.As(err, &stall) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, http.ErrServerClosed) ||
		strings.Contains(err.Error(), "server closed idle connection") || strings.Contains(err.Error(), "TLS handshake timeout") ||
		strings.Contains(err.Error(), "malformed HTTP") || strings.Contains(err.Error(), "connection broken") || strings.Contains(err.Error(), "chunked")
}

// describeTLS says in words why a handshake failed, and which certificate was the matter.
func describeTLS(err error, host string) string {
	var verification *tls.CertificateVerificationError
	var shown string
	if errors.As(err, &verification) && len(verification.UnverifiedCertificates) > 0 {
		shown = describeCertificate(verification.UnverifiedCertificates[0])
	}
	var unknown x509.UnknownAuthorityError
	var wrongHost x509.HostnameError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	alert, alerted := alertOf(err)
	switch {
	case errors.As(err, &wrongHost):
		return fmt.Sprintf("the certificate is not for %s: %s", host, shown)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		if now := time.Now(); invalid.Cert != nil && now.Before(invalid.Cert.NotBefore) {
			return "the certificate is not valid yet, or this computer's clock is wrong: " + describeCertificate(invalid.Cert)
		} else if invalid.Cert != nil {
			shown = describeCertificate(invalid.Cert)
		}
		return "the certificate has expired: " + shown
	case errors.As(err, &unknown):
		return "the issuer of the certificate is not trusted on this computer (a company's proxy may have replaced it; its root can be given as extra CA): " + shown
	case alerted && alert == "protocol version not supported":
		return "the server offers nothing newer than TLS 1.1"
	case alerted && handshakeAlerts[alert]:
		return "the server did not accept the client certificate, or requires one: " + alert
	case alerted:
		return "the server ended the handshake: " + alert
	case errors.As(err, &record):
		return "the server there does not use TLS"
	case shown != "":
		return fmt.Sprintf("%v: %s", err, shown)
	}
	return err.Error()
}

// describeCertificate names a certificate: whose, by whom, until when, which.
func describeCertificate(c *x509.Certificate) string {
	return printable(fmt.Sprintf("%q, issued by %q, valid %s to %s, SHA-256 %s", c.Subject, c.Issuer,
		c.NotBefore.UTC().Format(time.DateOnly), c.NotAfter.UTC().Format(time.DateOnly), fingerprint(c)))
}
