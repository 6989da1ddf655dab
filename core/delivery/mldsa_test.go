package delivery

import (
	"crypto"
	"crypto/rand"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"enrollbench/core/mldsa"
)

// remade gives a certificate another key (nil leaves it) and lets an ML-DSA key sign it, which crypto/x509 cannot.
func remade(t *testing.T, der []byte, key, signer *mldsa.PrivateKey) []byte {
	t.Helper()
	in := cryptobyte.String(der)
	var tbs, version, serial, issuer, validity, subject, spki cryptobyte.String
	if !in.ReadASN1(&in, cbasn1.SEQUENCE) || !in.ReadASN1(&tbs, cbasn1.SEQUENCE) || !tbs.ReadASN1Element(&version, cbasn1.Tag(0).Constructed().ContextSpecific()) ||
		!tbs.ReadASN1Element(&serial, cbasn1.INTEGER) || !tbs.SkipASN1(cbasn1.SEQUENCE) || !tbs.ReadASN1Element(&issuer, cbasn1.SEQUENCE) ||
		!tbs.ReadASN1Element(&validity, cbasn1.SEQUENCE) || !tbs.ReadASN1Element(&subject, cbasn1.SEQUENCE) || !tbs.ReadASN1Element(&spki, cbasn1.SEQUENCE) {
		t.Fatal("no certificate")
	}
	if key != nil {
		spki = key.Public().(*mldsa.PublicKey).MarshalPKIX()
	}
	algorithm := signer.Public().(*mldsa.PublicKey).Algorithm
	var inner, outer cryptobyte.Builder
	inner.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(slices.Concat(version, serial))
		algorithm.AddIdentifier(b)
		b.AddBytes(slices.Concat(issuer, validity, subject, spki, tbs))
	})
	signed := inner.BytesOrPanic()
	signature := must(signer.Sign(rand.Reader, signed, crypto.Hash(0)))
	outer.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(signed)
		algorithm.AddIdentifier(b)
		b.AddASN1BitString(signature)
	})
	return outer.BytesOrPanic()
}

// Certificates with ML-DSA keys from an ML-DSA authority: matched with their keys, verified, exported.
func TestMLDSA(t *testing.T) {
	for _, a := range mldsa.Algorithms {
		t.Run(a.Name, func(t *testing.T) {
			p := newPlant(t, 2)
			rootKey, key := must(a.GenerateKey(rand.Reader)), must(a.GenerateKey(rand.Reader))
			root := remade(t, p.root.cert.Raw, rootKey, rootKey)
			issuing := remade(t, p.issuing.cert.Raw, nil, rootKey) // an EC issuer below an ML-DSA root
			direct := p.root.issue(t, "dev-0002", newKey(t), nil)
			direct.cert = remade(t, direct.cert, key, rootKey)
			keyPEM := pemOf(labelPrivateKey, must(key.MarshalPKCS8()))
			files := map[string][]byte{"root.pem": certPEM(root), "issuing.pem": certPEM(issuing), "1.pem": p.devices[0].pem(), "1.key": p.devices[0].keyPEM(t), "2.pem": certPEM(direct.cert), "2.key": keyPEM}
			req := OpenRequest{Order: csvOrder(t, "dev-0001", "dev-0002"), Anchors: anchorsOf(t, certPEM(root))}
			d := mustOpen(t, zipOf(t, files), req)
			if v := d.Verdict(); v.Colour != Green || d.Keys() != 2 {
				t.Fatalf("%+v %v", v, d.Findings().All())
			}
			_, out := exported(t, d, ExportOptions{})
			if string(out["dev-0002.key"]) != string(keyPEM) {
				t.Errorf("%s", out["dev-0002.key"])
			}
			direct.cert[len(direct.cert)-1] ^= 1
			files["2.pem"] = certPEM(direct.cert)
			if d = mustOpen(t, zipOf(t, files), req); rulesOf(d.Findings())["delivery/signature"] != 1 {
				t.Errorf("changed: %v", d.Findings().All())
			}
			files["2.key"] = pemOf(labelPrivateKey, must(must(a.GenerateKey(rand.Reader)).MarshalPKCS8()))
			direct.cert[len(direct.cert)-1] ^= 1
			files["2.pem"] = certPEM(direct.cert)
			if d = mustOpen(t, zipOf(t, files), req); rulesOf(d.Findings())["delivery/key-without-certificate"] != 1 || rulesOf(d.Findings())["delivery/certificate-without-key"] != 1 {
				t.Errorf("another key: %v", d.Findings().All())
			}
			err := d.Export(ctx, ExportOptions{Dir: t.TempDir() + "/x", Encoding: PKCS12, Insist: true, Passphrase: func() ([]byte, error) { return []byte("x"), nil }}, nil)
			if err == nil || strings.Contains(err.Error(), "x509") {
				t.Errorf("%v", err)
			}
		})
	}
}
