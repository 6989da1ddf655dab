package csr

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"enrollbench/core/archive"
	"enrollbench/core/finding"
)

// smallFile is up to which size a file is read whole. What is larger is a ZIP, a text of many CSRs that is read as a
// stream, or no CSR.
const smallFile = 1 << 20

// outcome is one thing that a worker found in one file or member, before the collector numbers it.
type outcome struct {
	src    *source
	kind   Kind
	exam   exam
	member int32
	inside string // the member's name
	off    int64
	size   int32
	bytes  int32 // of the DER
	shared bool
}

func (o *outcome) add(r *finding.Rule, message string) {
	o.exam.breaches = append(o.exam.breaches, breach{rule: r, message: message})
}

// examiner examines inputs; each worker has its own, for its buffers.
type examiner struct {
	limits Limits
	file   []byte // a file or member
	der    []byte
	out    []outcome
}

// inFile examines a whole small file.
func (x *examiner) inFile(src *source) {
	data, err := x.readFile(src.path)
	if err != nil {
		x.refuse(src, -1, "", Unreadable, readReason(err))
		return
	}
	if isZIP(data) {
		x.inSmallZIP(src, data)
		return
	}
	x.inBytes(src, -1, "", data)
}

func (x *examiner) readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if cap(x.file) < 64<<10 {
		x.file = make([]byte, 64<<10)
	}
	buf := x.file[:cap(x.file)]
	n := 0
	for {
		m, err := f.Read(buf[n:])
		n += m
		switch {
		case err == io.EOF || err == nil && m == 0:
			x.file = buf
			return buf[:n], nil
		case err != nil:
			return nil, err
		case n == len(buf):
			if n > smallFile {
				return nil, fmt.Errorf("it grew beyond %d bytes while it was read", smallFile)
			}
			buf = append(buf, make([]byte, len(buf))...)
		}
	}
}

// readReason is the system's word for why a file could not be read, without the path, which the finding has already.
func readReason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return "cannot be read: " + err.Error()
}

func (x *examiner) inSmallZIP(src *source, data []byte) {
	src.zip = true
	data = bytes.Clone(data)
	z, err := archive.Open(bytes.NewReader(data), int64(len(data)), x.limits.Archive)
	if err != nil {
		x.refuseArchive(src, err)
		return
	}
	for i := range z.Len() {
		e, err := z.Entry(i)
		if err != nil {
			x.refuseMember(src, int32(i), "", err)
			continue
		}
		if r := skipMember(&e); r == nil {
			x.inMember(src, z, e)
		} else if r != skipSilently {
			x.refuseBy(r, src, int32(i), e.Name, Other, fmt.Sprintf("%q is hidden", path.Base(e.Name)))
		}
	}
}

// skipSilently marks members that need no word.
var skipSilently = &finding.Rule{}

func skipMember(e *archive.Entry) *finding.Rule {
	if e.IsDir {
		return skipSilently
	}
	for part := range strings.SplitSeq(e.Name, "/") {
		if part != "." && part != ".." && hidden(part) { // those two are folders, and the name is never used as a path
			return RuleHiddenFile
		}
	}
	return nil
}

// inMember examines a small member of a ZIP.
func (x *examiner) inMember(src *source, z *archive.Reader, e archive.Entry) {
	data, err := z.ReadEntry(e.Index, x.file[:0])
	if err != nil {
		x.refuseMember(src, int32(e.Index), e.Name, err)
		return
	}
	if cap(data) > cap(x.file) {
		x.file = data[:cap(data)]
	}
	if isZIP(data) {
		x.refuseBy(RuleNestedArchive, src, int32(e.Index), e.Name, Other, "a ZIP inside a ZIP; one level is read")
		return
	}
	x.inBytes(src, int32(e.Index), e.Name, data)
}

func isZIP(b []byte) bool {
	return bytes.HasPrefix(b, []byte("PK\x03\x04")) || bytes.HasPrefix(b, []byte("PK\x05\x06"))
}

// inBytes examines what a small file or member holds: PEM blocks, or one DER.
func (x *examiner) inBytes(src *source, member int32, inside string, data []byte) {
	first := len(x.out)
	at := 0
	for {
		b, ok, _ := nextBlock(data, at)
		if !ok {
			break
		}
		x.inBlock(src, member, inside, &b, int64(b.start))
		at = b.end
	}
	if len(x.out) > first {
		if member >= 0 && len(x.out) > first+1 {
			for i := first; i < len(x.out); i++ {
				x.out[i].shared = true
			}
		}
		return
	}
	if at > 0 { // only blocks that mean nothing, such as EC PARAMETERS
		x.refuse(src, member, inside, Other, "it holds PEM blocks, but no CSR")
		return
	}
	x.inDER(src, member, inside, data)
}

func (x *examiner) inDER(src *source, member int32, inside string, data []byte) {
	if len(data) == 0 {
		x.refuse(src, member, inside, Empty, "0 bytes")
		return
	}
	kind, what := kindOfBytes(data)
	switch {
	case kind != Request:
		x.refuse(src, member, inside, kind, "this is "+what)
	case len(data) > MaxRequestBytes:
		x.refuse(src, member, inside, TooLarge, fmt.Sprintf("it has %d bytes, and the limit for a CSR is %d", len(data), MaxRequestBytes))
	default:
		o := outcome{src: src, member: member, inside: inside, bytes: int32(len(data)), exam: examine(data)}
		if o.exam.ok {
			o.add(RuleDERConverted, "binary (DER): converted to PEM in the bundle")
		}
		x.out = append(x.out, o)
	}
}

// inBlock examines one PEM block, which stands at off in its file or member.
func (x *examiner) inBlock(src *source, member int32, inside string, b *block, off int64) {
	kind := kindOfLabel(b.label)
	o := outcome{src: src, kind: kind, member: member, inside: inside, off: off, size: int32(b.end - b.start)}
	switch {
	case strings.HasSuffix(b.label, " PARAMETERS"): // what openssl ecparam writes before a key
		return
	case kind == Request || b.label == "":
		o.kind = Request
		if b.err != nil {
			o.add(RuleBrokenPEM, "the PEM block is broken: "+b.err.Error())
			break
		}
		der, err := decodeBody(x.der, b.body)
		if err != nil {
			o.add(RuleBrokenPEM, "the PEM block is broken: "+err.Error())
			break
		}
		x.der = der
		o.exam, o.bytes = examine(der), int32(len(der))
	case kind == PrivateKey:
		o.add(RulePrivateKey, fmt.Sprintf("a PRIVATE KEY (%q) lies among the CSRs", b.label))
	default:
		o.add(kind.rule(), fmt.Sprintf("this is a PEM block of %q, not a CSR", b.label))
	}
	x.out = append(x.out, o)
}

func (x *examiner) refuse(src *source, member int32, inside string, kind Kind, message string) {
	x.refuseBy(kind.rule(), src, member, inside, kind, message)
}

func (x *examiner) refuseBy(r *finding.Rule, src *source, member int32, inside string, kind Kind, message string) {
	o := outcome{src: src, kind: kind, member: member, inside: inside}
	o.add(r, message)
	x.out = append(x.out, o)
}

// refuseArchive tells that a whole ZIP cannot be read.
func (x *examiner) refuseArchive(src *source, err error) {
	r := RuleBadArchive
	if _, ok := errors.AsType[*archive.LimitError](err); ok {
		r = RuleLimit
	}
	x.refuseBy(r, src, -1, "", Unreadable, err.Error())
}

func (x *examiner) refuseMember(src *source, member int32, inside string, err error) {
	r := RuleBadArchive
	if _, ok := errors.AsType[*archive.LimitError](err); ok {
		r = RuleLimit
	}
	x.refuseBy(r, src, member, inside, Unreadable, err.Error())
}

// inStream reads a text of many CSRs of any size in a window that moves over it, and hands each block to emit, which
// must not keep its bytes. It returns how many blocks there were, and the first bytes where there was none.
func inStream(ctx context.Context, r io.Reader, emit func(b *block, off int64) error) (blocks int, head []byte, err error) {
	buf := make([]byte, 0, 4*maxBlockBytes)
	var base int64 // offset of buf[0]
	for eof := false; ; {
		if err := ctx.Err(); err != nil {
			return blocks, nil, err
		}
		for !eof && len(buf) < cap(buf) {
			n, err := r.Read(buf[len(buf):cap(buf)])
			buf = buf[:len(buf)+n]
			if err == io.EOF {
				eof = true
			} else if err != nil {
				return blocks, nil, err
			}
		}
		if head == nil {
			head = bytes.Clone(buf[:min(len(buf), 512)])
		}
		at := 0
		for {
			b, ok, more := nextBlock(buf, at)
			if !ok { // keep what may be the start of a BEGIN
				at = max(at, len(buf)-len(pemBegin)+1)
				break
			}
			if more && !eof && len(buf)-b.start < maxBlockBytes {
				at = b.start
				break
			}
			if more && b.end == len(buf) && len(buf)-b.start >= maxBlockBytes {
				b.end = b.start + len(pemBegin)
				b.err = fmt.Errorf("no END line follows within %d bytes, which is the limit for a block", maxBlockBytes)
			}
			blocks++
			if err := emit(&b, base+int64(b.start)); err != nil {
				return blocks, nil, err
			}
			at = b.end
		}
		if eof {
			return blocks, head, nil
		}
		base += int64(at)
		buf = buf[:copy(buf, buf[at:])]
	}
}

// entryName is the name of a file or member without folder and extension.
func entryName(file, member string) string {
	name := filepath.Base(file)
	if member != "" {
		name = path.Base(member)
	}
	if stem := strings.TrimSuffix(name, path.Ext(name)); stem != "" {
		return stem
	}
	return name
}
