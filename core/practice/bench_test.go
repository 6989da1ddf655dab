package practice

import (
	"testing"
	"time"
)

// BenchmarkMAC is a job by MAC addresses from its start to its end: key, certificate, ZIP, seal. One iteration is one
// certificate.
func BenchmarkMAC(b *testing.B) {
	for _, k := range []KeyType{P256, Ed25519} {
		b.Run(string(k), func(b *testing.B) {
			c := open(b, Options{})
			to := newReceiver(b)
			n := max(1, min(b.N, MaxMACs))
			begun := time.Now()
			b.ResetTimer()
			id := c.start(c.macs(k, n, "pem", to.field(b)))
			for !ended(c.service.jobs.get(id).snapshot().Status) {
				time.Sleep(time.Millisecond)
			}
			took := time.Since(begun)
			b.StopTimer()
			r := c.service.jobs.get(id).snapshot()
			if r.Issued != n {
				b.Fatalf("%+v", r)
			}
			b.ReportMetric(float64(n)/took.Seconds(), "certificates/s")
			b.ReportMetric(float64(r.Result.Bytes)/float64(n), "B/certificate")
		})
	}
}

// BenchmarkRequests is the same for CSRs: parsed, proven, certified.
func BenchmarkRequests(b *testing.B) {
	c := open(b, Options{})
	o := order{profile: c.profile(ClientSide, AnyKey, false), fields: map[string]string{"certificate_format": "pem"}, name: "a.zip"}
	o.file = requests(b, max(1, min(b.N, 5000)))
	begun := time.Now()
	b.ResetTimer()
	id := c.start(o)
	for !ended(c.service.jobs.get(id).snapshot().Status) {
		time.Sleep(time.Millisecond)
	}
	b.ReportMetric(float64(c.service.jobs.get(id).snapshot().Issued)/time.Since(begun).Seconds(), "certificates/s")
}
