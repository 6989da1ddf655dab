package delivery

import (
	"context"
	"crypto/sha1" // #nosec G505 -- the thumbprint that Azure shows; nothing hangs on it
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"strings"

	"enrollbench/core/csvlist"
)

// Fleet is a list of the devices and their certificates in the form that a cloud's registry takes. No private key is in it.
type Fleet uint8

const (
	// AWSIoT: aws-iot.jsonl for bulk registration (StartThingRegistrationTask), a line of JSON for each device, and
	// aws-iot-template.json, the provisioning template whose parameters the lines fill.
	AWSIoT Fleet = iota
	// AzureDPS: azure-dps.csv with the fields of an individual enrolment of the IoT Hub Device Provisioning Service.
	AzureDPS
)

// fleets are what the registries demand of the name of a device.
var fleets = [...]struct {
	word    string // on the command line
	name    string
	longest int
	allowed string // besides letters and digits
	chained bool   // the certificate of the issuer is needed
	write   func(x *export, ctx context.Context, to sink, outcomes []outcome) ([]written, error)
}{
	AWSIoT:   {"aws-iot", "AWS IoT", 128, ":_-", true, (*export).writeAWS},         // API_CreateThing, thingName
	AzureDPS: {"azure-dps", "Azure DPS", 128, "-._:", false, (*export).writeAzure}, // IndividualEnrollment, registrationId
}

// ParseFleet knows a registry by its word: "aws-iot" or "azure-dps".
func ParseFleet(word string) (Fleet, error) {
	for i, f := range fleets {
		if f.word == word {
			return Fleet(i), nil // #nosec G115 -- one of two
		}
	}
	return 0, fmt.Errorf("%q is not a known registry; use %s or %s", word, fleets[AWSIoT].word, fleets[AzureDPS].word)
}

// checkFleets refuses before anything is written: a registry takes the list as a whole or says nothing of what it left out.
func (x *export) checkFleets() error {
	g := x.gathering
	for _, f := range x.o.Fleets {
		rule := fleets[f]
		seen := map[string]bool{}
		for i := range g.certificates {
			r := &g.certificates[i]
			refuse := func(reason string) error {
				return fmt.Errorf("%s: %s does not take the name %q: %s", g.location(r.at), rule.name, r.name, reason)
			}
			switch other := strings.IndexFunc(r.name, func(c rune) bool {
				return (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') && !strings.ContainsRune(rule.allowed, c)
			}); {
			case r.name == "":
				return refuse("it is empty")
			case len(r.name) > rule.longest:
				return refuse(fmt.Sprintf("it has %d characters, at most %d are possible", len(r.name), rule.longest))
			case other >= 0:
				return refuse(fmt.Sprintf("it may hold letters, digits and %q only", rule.allowed))
			case f == AzureDPS && strings.ContainsRune("._:", rune(r.name[len(r.name)-1])):
				return refuse("it must end in a letter, a digit or -")
			case seen[strings.ToLower(r.name)]:
				return refuse("another certificate has it already")
			case rule.chained && r.authority < 0:
				return refuse("the certificate of its issuer is missing, too")
			}
			seen[strings.ToLower(r.name)] = true
		}
	}
	return nil
}

func (x *export) writeFleets(ctx context.Context, to sink, outcomes []outcome) (all []written, err error) {
	for _, f := range x.o.Fleets {
		files, err := fleets[f].write(x, ctx, to, outcomes)
		if err != nil {
			return nil, err
		}
		all = append(all, files...)
	}
	return all, nil
}

// list writes one file through write, and its hash.
func list(to sink, name string, write func(w io.Writer) error) (written, error) {
	f, err := to.Create(name)
	if err != nil {
		return written{}, err
	}
	sum := sha256.New()
	if err := write(io.MultiWriter(f, sum)); err != nil {
		return written{}, errors.Join(err, f.Close())
	}
	return written{name, [32]byte(sum.Sum(nil))}, f.Close()
}

// each reads every certificate again, in order.
func (x *export) each(ctx context.Context, use func(i int, c *record, der []byte) error) error {
	r := reader{sources: x.sources}
	for i := range x.gathering.certificates {
		c := &x.gathering.certificates[i]
		if err := ctx.Err(); err != nil {
			return err
		}
		der, err := r.der(c)
		if err == nil {
			err = use(i, c, der)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// awsTemplate names the parameters of each line. A policy is the customer's own: it is to be added to the resources.
const awsTemplate = `{
  "Parameters": {
    "ThingName": {"Type": "String"},
    "SerialNumber": {"Type": "String"},
    "CertificatePem": {"Type": "String"},
    "CACertificatePem": {"Type": "String"}
  },
  "Resources": {
    "thing": {
      "Type": "AWS::IoT::Thing",
      "Properties": {"ThingName": {"Ref": "ThingName"}, "AttributePayload": {"certificateSerialNumber": {"Ref": "SerialNumber"}}}
    },
    "certificate": {
      "Type": "AWS::IoT::Certificate",
      "Properties": {"CertificatePem": {"Ref": "CertificatePem"}, "CACertificatePem": {"Ref": "CACertificatePem"}, "Status": "ACTIVE"}
    }
  }
}
`

func (x *export) writeAWS(ctx context.Context, to sink, _ []outcome) ([]written, error) {
	template, err := put(to, "aws-iot-template.json", []byte(awsTemplate))
	if err != nil {
		return nil, err
	}
	text := func(der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: labelCertificate, Bytes: der}))
	}
	lines, err := list(to, "aws-iot.jsonl", func(w io.Writer) error {
		out := json.NewEncoder(w)
		out.SetEscapeHTML(false)
		return x.each(ctx, func(_ int, c *record, der []byte) error {
			issuer := x.gathering.authorities.list[c.authority].cert
			return out.Encode(struct{ ThingName, SerialNumber, CertificatePem, CACertificatePem string }{c.name, fmt.Sprintf("%X", c.serial), text(der), text(issuer.Raw)})
		})
	})
	return []written{lines, template}, err
}

// AzureColumns head azure-dps.csv: the fields of an individual enrolment, with the path in its JSON for the certificate,
// which is the base64 of its DER; then the file in this export, and the thumbprints as the portal shows them.
var AzureColumns = []string{"registrationId", "deviceId", "provisioningStatus", "attestation.type", "attestation.x509.clientCertificates.primary.certificate",
	"certificateFile", "sha1Thumbprint", "sha256Thumbprint"}

func (x *export) writeAzure(ctx context.Context, to sink, outcomes []outcome) ([]written, error) {
	file, err := list(to, "azure-dps.csv", func(w io.Writer) error {
		rows := csvlist.NewWriter(w, AzureColumns...)
		err := x.each(ctx, func(i int, c *record, der []byte) error {
			rows.Row(c.name, c.name, "enabled", "x509", base64.StdEncoding.EncodeToString(der), outcomes[i].certificate.name,
				fmt.Sprintf("%X", sha1.Sum(der)), fmt.Sprintf("%X", c.sum)) // #nosec G401 -- see above
			return nil
		})
		return errors.Join(err, rows.Flush())
	})
	return []written{file}, err
}
