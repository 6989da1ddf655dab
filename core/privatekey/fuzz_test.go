package privatekey

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"testing"
)

// FuzzPBES2: what opens with a passphrase is a key that can be protected again and read back equal; everything else is
// an error, within the limits.
func FuzzPBES2(f *testing.F) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	der := protected(f, key, []byte(secret), 3)
	f.Add(der)
	f.Add(scryptKey(f, 16, 1, 1))
	f.Add(pfxWith(f, 3))
	// The file may by right ask for millions of rounds, too slow for a fuzzer: the limits are lowered for it.
	defer func(i uint64, m uint64) { maxIterations, maxScryptMemory = i, m }(maxIterations, maxScryptMemory)
	maxIterations, maxScryptMemory = 1<<10, 1<<16
	f.Fuzz(func(t *testing.T, data []byte) {
		k, err := Read(data, func(int) ([]byte, error) { return []byte(secret), nil })
		if (k == nil) == (err == nil) {
			t.Fatalf("%v, %v", k, err)
		}
		if err != nil {
			return
		}
		sealed := protected(t, k, []byte("another"), 2)
		back, err := Read(sealed, func(int) ([]byte, error) { return []byte("another"), nil })
		if err != nil || !equalKeys(back.Private, k.Private) {
			t.Fatalf("read back %v, %v", back, err)
		}
	})
}
