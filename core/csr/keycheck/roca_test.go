package keycheck

import (
	"math/big"
	"math/rand/v2"
	"testing"
)

// Moduli published with the authors' own detector (github.com/crocs-muni/roca, roca/tests).
const (
	// mod03.txt: an RSA-2048 modulus of a vulnerable card
	vulnerable2048 = "9dcd7420e420c270a68060eb8b5aa7457a9f6648f86fafed2775cc1f79ae962f1e63f1b9e51c55f9ea6fdc7332e9b0058c9ff2eb1fc89855029cf6aafe21e689feb38ac9ffb12f1ce371bb5d0e9aae64161abce74b4244bf68f1edb4411f756a097c8929c14740245ea355f8332d1aa36bb50c7dcb4505da8de02e4e53d38f8df06097da7524df0df93db48eac8cc4af2d3a16257eb2b2adca6ba464e5974fa92550d31b1babf161e7692d00b86e3dd886ecab4abfbe1a8f8cc263ff4af55cdb45f4249a5193925f5e983d762f0b6800943eb0267b08f42ed311ce1f5c86eacbc8ce4d3cb7a2fee1ef5641423a1cf4114e5ecf50034a60a412523af9e6f4aa11"
	// mod04.txt: a sound one
	sound2048 = "af659676197f1db06da7ac111a0a0ec175b8b7ef07192ffcd1f6b854c327785f1a7fd3db7da45cd4a31b2b2e5ce0d823a68e28c8adf1747316becce1fe5768064039ad2062260c8d1a34e0586dce9bc13090fcc9fb8b8b2c08ed3ae8d61b29818a669689a7d9c1dab053b557fb8d3f9c44faad3e18c55e739b00d3c9126558bc8e980cd2af377126ef5b1374136774b8bd370e3c1c149db395c8f99696b628b105946fea20106fe24d103ac062661a9248e8c3f628e00b308d33953aabe555132e218e74ef4b578716b4fe7cf340e8e604a319bf6e9951e1942601d34291032db54999d09e5d036dde3544ad35256bbb97d5e3fffd38166c21eae9199548853b"
	// test_fingerprint.py, the first two of fake_mods, in decimal: moduli that look vulnerable one prime at a time, but
	// whose logarithms contradict each other
	falseAlarm1 = "72414128973967872688332736535017614208620368242015797102796086827882754006260204061799547004983731426777596445658889886861027045033760014948048067467947960318205453778973975867532910489227970143091184725760290172935872752222320334100097730483600892686353719855397381316384244147860260153198611313067061116317"
	falseAlarm2 = "138345973265163614694352477004469191286459111070564516299381495188624946671065451924677704628892476011773201612117597303315530745738015579159106259811204610647347662150159814774894784524366138220226431598991937057442020694466365850170057813627445465881816985939192840583168136876337135351417253708364245923133"
)

func parse(t testing.TB, digits string, base int) *big.Int {
	t.Helper()
	n, ok := new(big.Int).SetString(digits, base)
	if !ok {
		t.Fatalf("%q is no number", digits)
	}
	return n
}

func TestROCA(t *testing.T) {
	for _, c := range []struct {
		name string
		n    *big.Int
		want bool
	}{
		{"vulnerable card", parse(t, vulnerable2048, 16), true},
		{"sound", parse(t, sound2048, 16), false},
		{"false alarm 1", parse(t, falseAlarm1, 10), false},
		{"false alarm 2", parse(t, falseAlarm2, 10), false},
		{"even", new(big.Int).Lsh(parse(t, vulnerable2048, 16), 1), false},
		{"negative", new(big.Int).Neg(parse(t, vulnerable2048, 16)), false},
		{"0", big.NewInt(0), false},
		{"1", big.NewInt(1), false},
		{"the generator", big.NewInt(65537), true},
		{"a multiple of 167", big.NewInt(167 * 65537), false},
	} {
		if got := ROCA(c.n); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// rocaModulus is the product of all primes up to largest.
func rocaModulus(largest uint64) *big.Int {
	m := big.NewInt(2)
	for _, p := range oddPrimesBelow(largest + 1) {
		m.Mul(m, new(big.Int).SetUint64(p))
	}
	return m
}

// Keys made as RSALib made them: primes k·M + 65537^a mod M (Nemec et al., section 2.1), M by the size of the key.
func TestROCAFindsKeysOfEverySize(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		size    int
		largest uint64
	}{{512, 167}, {1024, 353}, {2048, 701}} {
		m := rocaModulus(c.largest)
		prime := func() *big.Int {
			for {
				p := new(big.Int).Quo(randomOdd(r, c.size/2), m)
				p.Mul(p, m).Add(p, new(big.Int).Exp(big.NewInt(rocaGenerator), new(big.Int).SetUint64(r.Uint64()), m))
				if p.ProbablyPrime(5) {
					return p
				}
			}
		}
		n := new(big.Int).Mul(prime(), prime())
		if !ROCA(n) {
			t.Errorf("a key of %d bits made by the flawed method is not found: %x", c.size, n)
		}
		// The same with one sound prime.
		if n.Mul(prime(), randomPrime(r, c.size/2)); ROCA(n) {
			t.Errorf("a key of %d bits with a sound prime is taken for flawed: %x", c.size, n)
		}
	}
}

// inSubgroup is the definition, by Pohlig and Hellman's method on the product of all primes.
func inSubgroup(n, modulus, order *big.Int) bool {
	exp := func(base *big.Int, divisor int64) *big.Int {
		return new(big.Int).Exp(base, new(big.Int).Quo(order, big.NewInt(divisor)), modulus)
	}
	if exp(n, 1).Cmp(one) != 0 {
		return false
	}
	for _, power := range []int64{16, 81, 25, 7, 11, 13, 17, 23, 29, 37, 41, 53, 83} {
		g, h, x := exp(big.NewInt(rocaGenerator), power), exp(n, power), big.NewInt(1)
		found := false
		for range power {
			found = found || x.Cmp(h) == 0
			x.Mul(x, g).Mod(x, modulus)
		}
		if !found {
			return false
		}
	}
	return true
}

func FuzzROCA(f *testing.F) {
	modulus := rocaModulus(rocaLargest)
	order := parse(f, "2454106387091158800", 10) // of 65537 modulo modulus
	if new(big.Int).Exp(big.NewInt(rocaGenerator), order, modulus).Cmp(one) != 0 {
		f.Fatal("the order of the generator is another")
	}
	f.Add([]byte{1, 0, 1}, uint64(1), uint64(0))
	f.Add(parse(f, vulnerable2048, 16).Bytes(), uint64(0x123456789abcdef), uint64(12345))
	f.Add(parse(f, falseAlarm1, 10).Bytes(), uint64(1<<63), uint64(7))
	f.Add(parse(f, sound2048, 16).Bytes(), uint64(2454106387091158799), uint64(1<<40))
	f.Fuzz(func(t *testing.T, data []byte, exponent, times uint64) {
		n := new(big.Int).SetBytes(data)
		if want := n.Bit(0) == 1 && n.Cmp(one) > 0 && inSubgroup(n, modulus, order); ROCA(n) != want {
			t.Errorf("%v: %v, want %v", n, !want, want)
		}
		// Every member of the subgroup is found, and none of its neighbours passes by mistake.
		n.Exp(big.NewInt(rocaGenerator), new(big.Int).SetUint64(exponent), modulus)
		n.Add(n, new(big.Int).Mul(modulus, new(big.Int).SetUint64(times)))
		if n.Cmp(one) > 0 && !ROCA(n) {
			t.Errorf("%v is not found", n)
		}
		n.Add(n, big.NewInt(2))
		if want := inSubgroup(n, modulus, order); ROCA(n) != want {
			t.Errorf("%v: %v, want %v", n, !want, want)
		}
	})
}
