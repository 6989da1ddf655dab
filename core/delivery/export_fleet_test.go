package delivery

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The lists for registries hold each device once, with its certificate, and no private key.
func TestFleets(t *testing.T) {
	p := newPlant(t, 3)
	d := keeps(t, p)
	_, files := exported(t, d, ExportOptions{Fleets: []Fleet{AWSIoT, AzureDPS}})
	lines := bytes.Split(bytes.TrimSpace(files["aws-iot.jsonl"]), []byte("\n"))
	var template struct{ Parameters map[string]any }
	if err := json.Unmarshal(files["aws-iot-template.json"], &template); err != nil || len(lines) != 3 {
		t.Fatal(err, len(lines))
	}
	for i, line := range lines {
		var parameters map[string]string
		if err := json.Unmarshal(line, &parameters); err != nil {
			t.Fatal(err)
		}
		for name := range parameters {
			if template.Parameters[name] == nil {
				t.Errorf("the template has no parameter %q", name)
			}
		}
		block, _ := pem.Decode([]byte(parameters["CertificatePem"]))
		ca, _ := pem.Decode([]byte(parameters["CACertificatePem"]))
		if parameters["ThingName"] != p.devices[i].name || len(parameters) != len(template.Parameters) || !bytes.Equal(block.Bytes, p.devices[i].cert) || !bytes.Equal(ca.Bytes, p.issuing.cert.Raw) {
			t.Errorf("%s", line)
		}
	}
	rows := must(csv.NewReader(bytes.NewReader(files["azure-dps.csv"])).ReadAll())
	if len(rows) != 4 || !slices.Equal(rows[0], AzureColumns) {
		t.Fatalf("%v", rows)
	}
	for i, row := range rows[1:] {
		der, err := base64.StdEncoding.DecodeString(row[4])
		if err != nil || row[0] != p.devices[i].name || row[1] != row[0] || !bytes.Equal(der, p.devices[i].cert) || files[row[5]] == nil {
			t.Errorf("%v", row)
		}
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "c.pem"), p.devices[0].pem(), 0o600); err != nil {
		t.Fatal(err)
	}
	for i, hash := range []string{"-sha1", "-sha256"} {
		_, print, _ := strings.Cut(string(run(t, dir, "openssl", "x509", "-in", "c.pem", "-noout", "-fingerprint", hash)), "=")
		if want := strings.ReplaceAll(strings.TrimSpace(print), ":", ""); rows[1][6+i] != want {
			t.Errorf("%s is %s, openssl says %s", AzureColumns[6+i], rows[1][6+i], want)
		}
	}
	for name, data := range files {
		if strings.HasPrefix(name, "a") && containsBase64(data, p.devices[0].keyDER(t)) {
			t.Errorf("%s holds a private key", name)
		}
		if sums := string(files["SHA256SUMS"]); name != "SHA256SUMS" && !strings.Contains(sums, "  "+name+"\n") {
			t.Errorf("%s is not in SHA256SUMS", name)
		}
	}
}

func TestFleetsRefuse(t *testing.T) {
	p := newPlant(t, 0)
	open := func(names ...string) *Delivery {
		q := &plant{root: p.root, issuing: p.issuing}
		for _, n := range names {
			q.devices = append(q.devices, p.issuing.issue(t, n, newKey(t), func(*x509.Certificate) {}))
		}
		var all []byte
		for _, d := range q.devices {
			all = slices.Concat(all, d.pem(), d.keyPEM(t))
		}
		return mustOpen(t, slices.Concat(all, certPEM(p.issuing.cert.Raw)), OpenRequest{})
	}
	for what, c := range map[string]struct {
		d     *Delivery
		fleet Fleet
		words string // "" where it is taken
	}{
		"dot":        {open("a.b"), AWSIoT, "letters, digits"},
		"dot, Azure": {open("a.b"), AzureDPS, ""},
		"colon":      {open("a:b_c-d"), AWSIoT, ""},
		"umlaut":     {open("ä"), AzureDPS, "letters, digits"},
		"last":       {open("a."), AzureDPS, "must end"},
		"twice":      {open("a", "A"), AzureDPS, "another certificate"},
		"no name":    {open(""), AWSIoT, "empty"},
		"long":       {open(strings.Repeat("a", 60)), AWSIoT, ""},
		"no issuer":  {mustOpen(t, p.issuing.issue(t, "a", newKey(t), nil).pem(), OpenRequest{}), AWSIoT, "issuer"},
	} {
		err := d0(c.d.Export(ctx, ExportOptions{Dir: filepath.Join(t.TempDir(), "x"), Fleets: []Fleet{c.fleet}, Names: "{serial}"}, nil))
		if (err == "") != (c.words == "") || !strings.Contains(err, c.words) {
			t.Errorf("%s: %s", what, err)
		}
	}
	if _, err := ParseFleet("gcp"); err == nil {
		t.Error("another registry is known")
	}
}

func d0(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
