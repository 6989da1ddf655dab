package practice

import (
	"archive/zip"
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"

	"github.com/klauspost/compress/flate"

	"enrollbench/core/atomicfile"
	"enrollbench/core/recipient"
)

// Formats of a result, the values of certificate_format.
const (
	formatPEM  = "pem"
	formatDER  = "der"
	formatJSON = "json"
	formatSMPB = "smpb" // its form is not public: a ZIP as for der stands in for it
)

// resultWriter writes the result of a job: a ZIP or JSON, sealed where there are keys in it.
type resultWriter struct {
	job       *record
	file      *atomicfile.File
	sum       hash.Hash
	disk      *bufio.Writer // to the file and the sum
	seal      io.WriteCloser
	spool     *spool
	to        *recipient.Recipient
	container *zip.Writer
	inner     *bufio.Writer // of the container, into the seal
	names     *fileNames
	json      io.Writer
	member    string // that holds the objects, "" for a bare array
	objects   int
	chain     [][]byte // DER: issuing CA, root
}

func newResultWriter(j *job, r *record, chain [][]byte, member string) (w *resultWriter, err error) {
	w = &resultWriter{job: r, sum: sha256.New(), names: newFileNames(r.Total), chain: chain}
	if w.file, err = atomicfile.Create(j.file(resultFile), atomicfile.Options{Mode: 0o600, Replace: true}); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.abort())
		}
	}()
	w.disk = bufio.NewWriterSize(io.MultiWriter(w.file, w.sum), 256<<10)
	if r.MakeKeys {
		if w.to, err = parseRecipient(r.Recipient); err != nil {
			return w, err
		}
	}
	if r.Format == formatJSON {
		w.json = w.disk
		w.member = member
		if member != "" {
			_, err = fmt.Fprintf(w.json, "{%q:[", member)
			return w, err
		}
		_, err = io.WriteString(w.json, "[")
		return w, err
	}
	var into io.Writer = w.disk
	switch {
	case w.to == nil:
	case w.to.Kind() == recipient.X509: // DER begins with its length
		if w.spool, err = newSpool(j.folder); err != nil {
			return w, err
		}
		into = w.spool
	default:
		if w.seal, err = w.to.Seal(w.disk, recipient.SealOptions{Size: -1}); err != nil {
			return w, err
		}
		w.inner = bufio.NewWriterSize(w.seal, 256<<10)
		into = w.inner
	}
	w.container = zip.NewWriter(into)
	if r.FullChain && r.Format != formatPEM {
		err = w.addChain()
	}
	return w, err
}

// addChain stores the CA certificates as files of their own: DER is not concatenated.
func (w *resultWriter) addChain() error {
	for i, name := range []string{"chain-issuing", "chain-root"} {
		w.names.take(name)
		p := piece{size: uint32(len(w.chain[i])), crc: crc32.ChecksumIEEE(w.chain[i])} // #nosec G115 -- a certificate
		if err := w.entry(name+".der", p, w.chain[i]); err != nil {
			return err
		}
	}
	return nil
}

// add appends one certificate, with its key where the service made it. data holds what the pieces point to.
func (w *resultWriter) add(m *made, data []byte) error {
	if w.json != nil {
		separator := ",\n"
		if w.objects == 0 {
			separator = "\n"
		}
		w.objects++
		_, err := io.WriteString(w.json, separator)
		if err == nil {
			_, err = w.json.Write(data[m.certificate.start:m.certificate.end])
		}
		return err
	}
	ending := ".pem"
	if w.job.Format != formatPEM {
		ending = ".der"
	}
	stem := w.names.next(m.commonName, m.uniqueID)
	if err := w.entry(stem+ending, m.certificate, data[m.certificate.start:m.certificate.end]); err != nil {
		return err
	}
	if !w.job.MakeKeys {
		return nil
	}
	return w.entry(stem+".key", m.key, data[m.key.start:m.key.end])
}

// entry appends a file that is compressed already. Its time is the earliest that there is: a result tells no times that its
// certificates do not.
func (w *resultWriter) entry(name string, p piece, data []byte) error {
	h := &zip.FileHeader{Name: name, Flags: utf8Names, CRC32: p.crc, CompressedSize64: uint64(len(data)), UncompressedSize64: uint64(p.size)}
	if p.deflated {
		h.Method = zip.Deflate
	}
	//lint:ignore SA1019 a raw header has no other way to 1 January 1980
	h.ModifiedDate = 1<<5 | 1
	h.SetMode(0o600)
	out, err := w.container.CreateRaw(h)
	if err == nil {
		_, err = out.Write(data)
	}
	return err
}

// finish writes the end and gives the file its name.
func (w *resultWriter) finish() (*result, error) {
	if err := w.end(); err != nil {
		return nil, errors.Join(err, w.abort())
	}
	if err := w.disk.Flush(); err != nil {
		return nil, errors.Join(err, w.abort())
	}
	size, err := w.file.Seek(0, io.SeekCurrent)
	if err != nil {
		return nil, errors.Join(err, w.abort())
	}
	if err := w.file.Commit(); err != nil {
		return nil, errors.Join(err, w.abort())
	}
	res := &result{Bytes: size, SHA256: hex.EncodeToString(w.sum.Sum(nil))}
	res.ContentType, res.FileName = w.form()
	return res, w.abort()
}

func (w *resultWriter) end() error {
	if w.json != nil {
		end := "\n]\n"
		if w.member != "" {
			end = "\n]}\n"
		}
		_, err := io.WriteString(w.json, end)
		return err
	}
	if err := w.container.Close(); err != nil {
		return err
	}
	if w.spool != nil {
		var err error
		if w.seal, err = w.to.Seal(w.disk, recipient.SealOptions{Size: w.spool.size}); err != nil {
			return err
		}
		if err := w.spool.copyTo(w.seal); err != nil {
			return err
		}
	} else if w.inner != nil {
		if err := w.inner.Flush(); err != nil {
			return err
		}
	}
	if w.seal != nil {
		return w.seal.Close()
	}
	return nil
}

// form is the Content-Type of the contract and a name for the file.
func (w *resultWriter) form() (contentType, name string) {
	switch {
	case w.json != nil:
		return "application/json", "certificates.json"
	case w.to == nil && w.job.Format == formatSMPB:
		return "application/octet-stream", "certificates.smpb"
	case w.to == nil:
		return "application/zip", "certificates.zip"
	case w.to.Kind() == recipient.X509:
		return "application/pkcs7-mime", "certificates.p7m"
	}
	return "application/pgp-encrypted", "certificates.pgp"
}

// abort lets go of everything; after finish it only removes the spool.
func (w *resultWriter) abort() error {
	err := w.file.Abort()
	if w.spool != nil {
		err = errors.Join(err, w.spool.remove())
		w.spool = nil
	}
	return err
}

// piece is an entry's content, compressed.
type piece struct {
	start, end int // in the batch's memory
	size       uint32
	crc        uint32
	deflated   bool
}

// utf8Names is bit 11 of an entry's flags (APPNOTE 4.4.4).
const utf8Names = 1 << 11

// packer makes the pieces of a batch. Each worker has one.
type packer struct {
	flate *flate.Writer
	text  []byte
}

func newPacker() *packer {
	// Base64 of random bits repeats nothing: what can be saved lies in its alphabet, and Huffman coding alone gets that.
	f, _ := flate.NewWriter(io.Discard, flate.HuffmanOnly) // fails for an unknown level only
	return &packer{flate: f}
}

// Close wipes the text of the last key.
func (p *packer) Close() error {
	clear(p.text[:cap(p.text)])
	return nil
}

// pack compresses data onto the buffer.
func (p *packer) pack(b *bytes.Buffer, data []byte) (piece, error) {
	made := piece{start: b.Len(), size: uint32(len(data)), crc: crc32.ChecksumIEEE(data), deflated: true} // #nosec G115 -- some kilobytes
	p.flate.Reset(b)
	if _, err := p.flate.Write(data); err != nil {
		return made, err
	}
	if err := p.flate.Close(); err != nil {
		return made, err
	}
	if b.Len()-made.start >= len(data) {
		b.Truncate(made.start)
		b.Write(data)
		made.deflated = false
	}
	made.end = b.Len()
	return made, nil
}

// object is one certificate of a JSON result.
type object struct {
	CommonName  string   `json:"common_name"`
	UniqueID    string   `json:"unique_identifier,omitempty"`
	Certificate string   `json:"certificate"`
	Chain       []string `json:"certificate_chain,omitempty"`
	PrivateKey  string   `json:"private_key,omitempty"` // base64 of the sealed PEM
}

func (o *object) append(b *bytes.Buffer) (piece, error) {
	p := piece{start: b.Len()}
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(o); err != nil { // #nosec G117 -- the key in it is sealed
		return p, err
	}
	b.Truncate(b.Len() - 1) // the line end
	p.end = b.Len()
	return p, nil
}

func certificatePEM(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}
