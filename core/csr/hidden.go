package csr

import (
	"archive/tar"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"io"
	"path"

	"enrollbench/core/archive"
	"enrollbench/core/form"
)

// Bounds of the search for private keys in what is not read for requests.
const (
	hiddenBytes  = 16 << 20 // unpacked in all, for one file or member
	hiddenDepth  = 3        // archives in each other
	hiddenMember = 1 << 20  // of one member
)

// hiddenKey looks for a private key anywhere in data: between other text, in JSON or a mail, in an archive within an archive.
// It says what and where, "" where there is none within its bounds.
func hiddenKey(data []byte) string {
	h := keySearch{left: hiddenBytes}
	return h.in(data, hiddenDepth)
}

type keySearch struct{ left int64 }

func (h *keySearch) in(data []byte, depth int) string {
	f := form.Detect(data[:min(len(data), form.HeadBytes)])
	if !f.Archive() {
		if kind, ok := form.PrivateKey(data); ok {
			return kind.String()
		}
		return ""
	}
	if depth == 0 {
		return ""
	}
	switch r := bytes.NewReader(data); f.Kind {
	case form.ZIP:
		return h.inZIP(r, depth)
	case form.Tar:
		return h.inTar(r, depth)
	case form.Gzip:
		if z, err := gzip.NewReader(r); err == nil {
			return h.in(h.read(z, hiddenBytes), depth-1)
		}
	case form.Bzip2:
		return h.in(h.read(bzip2.NewReader(r), hiddenBytes), depth-1)
	}
	return ""
}

// read takes what the budget has left; damage further on does not matter to the search.
func (h *keySearch) read(r io.Reader, most int64) []byte {
	data, _ := io.ReadAll(io.LimitReader(r, min(most, h.left)))
	h.left -= int64(len(data))
	return data
}

func (h *keySearch) inZIP(r *bytes.Reader, depth int) string {
	z, err := archive.Open(r, r.Size(), DefaultLimits.Archive)
	if err != nil {
		return ""
	}
	for i := 0; i < z.Len() && h.left > 0; i++ {
		e, err := z.Entry(i)
		if err != nil || e.IsDir {
			continue
		}
		if m, err := z.Open(i); err == nil {
			what := h.in(h.read(m, hiddenMember), depth-1)
			m.Close()
			if what != "" {
				return what + ` in "` + path.Base(e.Name) + `"`
			}
		}
	}
	return ""
}

func (h *keySearch) inTar(r io.Reader, depth int) string {
	for t := tar.NewReader(r); h.left > 0; {
		e, err := t.Next()
		if err != nil {
			return ""
		}
		if what := h.in(h.read(t, hiddenMember), depth-1); what != "" {
			return what + ` in "` + path.Base(e.Name) + `"`
		}
	}
	return ""
}
