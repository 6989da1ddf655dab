package cms

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// sizes around blocks, segments and batches.
var sizes = []int{0, 1, 15, 16, 17, 1000, segment - 1, segment, segment + 1, batch - 16, batch, batch + 1, 3*batch + 5}

func TestOpenSSLReadsWhatIsSealed(t *testing.T) {
	for _, key := range []string{"rsa", "rsa3", "p256", "p384", "p521"} {
		p := newPair(t, key)
		for _, c := range []Cipher{AES128CBC, AES192CBC, AES256CBC, AES128GCM, AES192GCM, AES256GCM} {
			for _, stream := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%s/stream=%v", key, c, stream), func(t *testing.T) {
					plain := payload(100_001)
					size := int64(len(plain))
					if stream {
						size = -1
					}
					in := write(t, "in.p7m", sealed(t, plain, size, c, p.to()))
					got := openssl(t, p.dir, "cms", "-decrypt", "-binary", "-inform", "DER", "-in", in,
						"-inkey", p.keyFile(), "-recip", p.certFile())
					if !bytes.Equal(got, plain) {
						t.Error("openssl reads something else")
					}
				})
			}
		}
	}
}

func TestOpenSSLSMIMEReadsWhatIsSealed(t *testing.T) {
	p := newPair(t, "rsa")
	for _, n := range sizes {
		for _, size := range []int64{int64(n), -1} {
			plain := payload(n)
			in := write(t, "in.p7m", sealed(t, plain, size, AES256CBC, p.to()))
			// The command of the service's documentation.
			out := filepath.Join(t.TempDir(), "out.zip")
			openssl(t, p.dir, "smime", "-binary", "-decrypt", "-aes256", "-inform", "DER", "-in", in, "-out", out,
				"-inkey", p.keyFile(), p.certFile())
			if got, err := os.ReadFile(out); err != nil || !bytes.Equal(got, plain) {
				t.Errorf("%d bytes, size %d: openssl reads something else (%v)", n, size, err)
			}
		}
	}
}
