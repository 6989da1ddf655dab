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
	"slices"
	"strings"

	"enrollbench/core/archive"
	"enrollbench/core/finding"
	"enrollbench/core/form"
	"enrollbench/core/osfile"
)

// smallFile is up to which size a file is read whole. What is larger is a ZIP, a text of many CSRs that is read as a
// stream, or no CSR.
const smallFile = 1 << 20

// outcome is one thing that a worker found in one file or member, before the collector numbers it.
type outcome struct {
	place
	kind   Kind
	exam   exam
	off    int64
	size   int32
	bytes  int32 // of the DER
	shared bool
	aside  bool // a word about a file, and no entry
}

// place is where something was found.
type place struct {
	src    *source
	member int32  // index in the source's ZIP, -1 for a plain file
	inside string // the member's name
	coated bool   // offsets count in what lies within base64, UTF-16 or a mail
	note   string // what was passed over to get at it
}

func (o *outcome) add(r *finding.Rule, message string) {
	o.exam.breaches = append(o.exam.breaches, breach{rule: r, message: message})
}

// examiner examines inputs; each worker has its own, for its buffers.
type examiner struct {
	limits Limits
	strict bool   // a request that can be read in spite of its form is broken
	file   []byte // a file or member
	der    []byte
	out    []outcome
}

// inFile examines a whole small file.
func (x *examiner) inFile(src *source) {
	p := place{src: src, member: -1}
	data, err := x.readFile(src.path)
	if err != nil {
		x.refuse(p, Unreadable, readReason(err))
		return
	}
	if isZIP(data) {
		x.inSmallZIP(p, data)
		return
	}
	x.inBytes(p, data)
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
	return "cannot be read: " + osfile.Explain(err)
}

func (x *examiner) inSmallZIP(p place, data []byte) {
	data = bytes.Clone(data)
	z, err := archive.Open(bytes.NewReader(data), int64(len(data)), x.limits.Archive)
	if err != nil {
		x.refuseArchive(p, err)
		return
	}
	p.src.zip = true
	x.inMembers(p.src, z, 0, z.Len())
}

// skipSilently marks members that need no word.
var skipSilently = &finding.Rule{}

func skipMember(e *archive.Entry) *finding.Rule {
	if e.IsDir {
		return skipSilently
	}
	for part := range strings.FieldsFuncSeq(e.Name, func(r rune) bool { return r == '/' || r == '\\' }) {
		if part != "." && part != ".." && hidden(part) { // those two are folders, and the name is never used as a path
			return RuleHiddenFile
		}
	}
	return nil
}

// inMember examines a small member of a ZIP.
func (x *examiner) inMember(src *source, z *archive.Reader, e archive.Entry) {
	p := place{src: src, member: int32(e.Index), inside: e.Name}
	data, err := z.ReadEntry(e.Index, x.file[:0])
	if err != nil {
		x.refuseArchive(p, err)
		return
	}
	if cap(data) > cap(x.file) {
		x.file = data[:cap(data)]
	}
	if isZIP(data) {
		x.inNested(p, data)
		return
	}
	x.inBytes(p, data)
}

// isZIP tells a ZIP from an office document, which is one too.
func isZIP(head []byte) bool {
	f := form.Detect(head[:min(len(head), form.HeadBytes)])
	return f.Kind == form.ZIP && f.Bare()
}

// inNested tells of a ZIP inside a ZIP; of private keys in it first.
func (x *examiner) inNested(p place, data []byte) {
	if what := hiddenKey(data); what != "" {
		x.refuseBy(RulePrivateKey, p, PrivateKey, "this archive contains a private key: "+what)
	}
	x.refuseBy(RuleNestedArchive, p, Other, "a ZIP inside a ZIP; one level is read")
}

// inBytes examines what a small file or member holds: PEM blocks, or one DER, in whatever coat.
func (x *examiner) inBytes(p place, data []byte) {
	first := len(x.out)
	// PEM can be seen within a tar, and DER beside it cannot: what is packed is unpacked first.
	if head := data[:min(len(data), form.HeadBytes)]; bytes.IndexByte(head[:min(len(head), 512)], 0) >= 0 {
		if f := form.Detect(head); f.Archive() {
			x.inForeign(p, f, data)
			return
		}
	}
	for at := 0; ; {
		b, ok, _ := form.NextBlock(data, at)
		if !ok {
			break
		}
		x.inBlock(p, &b, int64(b.Start))
		at = b.End
	}
	x.besideRequest(first)
	if x.share(p, first) {
		if bytes.Contains(data, utf16Begin) {
			x.refuseBy(RuleNoRequest, p, Other, errMixed.Error())
		}
		return
	}
	f := form.Detect(data[:min(len(data), form.HeadBytes)])
	switch {
	case kindOf(f) == Request && (f.Bare() || f.Coats[0] == form.Zeros):
		x.inDER(p, data)
	case x.inRuns(p, data):
	case !p.coated && wearsCoat(f):
		x.inCoat(p, f, data)
	default:
		x.inForeign(p, f, data)
	}
}

// besideRequest takes the error from certificates of a file, found since first, in which a request stands too: its device is not lost.
func (x *examiner) besideRequest(first int) {
	found := x.out[first:]
	if !slices.ContainsFunc(found, func(o outcome) bool { return o.kind == Request && o.exam.ok }) {
		return
	}
	for i := range found {
		if found[i].kind != Certificate {
			continue
		}
		for k, b := range found[i].exam.breaches {
			if b.rule == RuleNoRequest {
				found[i].exam.breaches[k] = breach{rule: RuleIsCertificate, message: b.message}
			}
		}
	}
}

// utf16Begin stands in a PEM of UTF-16, of either order of bytes.
var utf16Begin = []byte("-\x00B\x00E\x00G\x00I\x00N")

// errMixed is what PowerShell 5 makes of a file: ">>" adds UTF-16 to it whatever it was.
var errMixed = errors.New("a part of the file is text in UTF-16 and another part is not, so not all requests in it can be read: give its parts as files of their own, or write it again in one encoding (PowerShell: -Encoding ascii)")

// inRuns examines requests in base64 that stand in a text without BEGIN and END lines, as a member of JSON does. It tells
// whether there are any.
func (x *examiner) inRuns(p place, text []byte) bool {
	first := len(x.out)
	for from, to := range form.Base64Runs(text, minRun) {
		if to < len(text) && (text[to] == '-' || text[to] == '_') { // the beginning of base64url, which is read as a coat
			continue
		}
		der, note, err := decodeBody(x.der, text[from:to])
		if err != nil {
			continue
		}
		if f := form.Detect(der); f.Kind != form.PKCS10 || !f.Bare() || len(behind(der)) > 0 {
			continue
		}
		x.der = der
		o := outcome{place: p, off: int64(from), size: int32(to - from), bytes: int32(len(der)), exam: examine(der)}
		o.addNote(joined(p.note, joined("base64 without BEGIN and END lines", note)))
		x.out = append(x.out, o)
	}
	return x.share(p, first)
}

// share notes of what was found since first whether it has to be unpacked to be found again. It tells whether there is any.
func (x *examiner) share(p place, first int) bool {
	found := x.out[first:]
	for i := range found {
		found[i].shared = p.coated || p.member >= 0 && len(found) > 1
	}
	return len(found) > 0
}

// minRun is how many characters of base64 can hold a request: one of Ed25519 without a name has more.
const minRun = 150

// wearsCoat tells whether a coat can be taken off that may lie around requests.
func wearsCoat(f form.Form) bool {
	return !f.Bare() && f.Coats[0] != form.PEM && f.Coats[0] != form.Zeros
}

// inCoat examines what lies within base64, UTF-16 or the headers of a mail.
func (x *examiner) inCoat(p place, f form.Form, data []byte) {
	r, f, err := form.Unwrap(bytes.NewReader(data))
	if err == nil {
		var inner []byte
		if inner, err = io.ReadAll(io.LimitReader(r, 2*smallFile)); err == nil {
			p.coated, p.note = true, "in "+f.Coats.String()
			x.inBytes(p, inner)
			return
		}
	}
	x.refuseBy(RuleNoRequest, p, Other, err.Error())
}

// inDER examines data that is one request in DER, padding around it perhaps.
func (x *examiner) inDER(p place, data []byte) {
	der, note := withoutPadding(data)
	if len(der) > MaxRequestBytes {
		x.refuse(p, TooLarge, fmt.Sprintf("it has %d bytes, and the limit for a CSR is %d", len(der), MaxRequestBytes))
		return
	}
	o := outcome{place: p, bytes: int32(len(der)), shared: p.coated, exam: examine(der)}
	if undone := bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")); !o.exam.ok && len(undone) < len(data) {
		if e := examine(undone); e.ok {
			o.exam.breaches = []breach{{rule: RuleBrokenDER, message: "it was transferred as text: every line feed (LF) became CR LF",
				hint: "transfer the file again in binary mode"}}
		}
	}
	if o.exam.ok {
		o.add(RuleDERConverted, "binary (DER): converted to PEM in the bundle")
		o.addNote(joined(p.note, note))
	}
	x.der = append(x.der[:0], der...)
	x.out = append(x.out, o)
}

// addNote tells that a request was read in spite of its form.
func (o *outcome) addNote(note string) {
	if note != "" {
		o.add(RuleUnusualForm, "the request was still read: "+note)
	}
}

// inForeign tells of what holds no request.
func (x *examiner) inForeign(p place, f form.Form, data []byte) {
	if f.Kind != form.Empty && !f.Private() {
		if what := hiddenKey(data); what != "" {
			x.refuseBy(RulePrivateKey, p, PrivateKey, "a private key is inside: "+what)
			return
		}
	}
	kind, rule, hint := p.foreign(f, data)
	if f.Kind == form.ZIP && hint == "" {
		hint = "save the ZIP itself, without what lies around it, then give that file"
	}
	message := "this is " + f.String()
	if p.coated {
		message += " " + p.note
	}
	switch {
	case f.Kind == form.Empty:
		message = fmt.Sprintf("%d bytes, and none of them says anything", len(data))
	case rule == RuleNoRequest && f.Kind == form.Unknown:
		if at := form.FindRequest(data); at > 0 {
			message += fmt.Sprintf("; a request begins behind its first %d bytes", at)
			hint = "cut off the text before the request, or correct the tool that writes it"
		}
	case rule == RuleNoRequest && !f.Archive():
		if what := speaksOfRequest(data); what != "" {
			message += ": " + what
		}
	}
	x.out = append(x.out, outcome{place: p, kind: kind, exam: exam{breaches: []breach{{rule: rule, message: message, hint: hint}}}})
}

// inBlock examines one PEM block, which stands at off in its file or member.
func (x *examiner) inBlock(p place, b *form.Block, off int64) {
	named := form.Form{Kind: form.OfLabel(b.Label), Label: b.Label}
	if named.Kind == form.Parameters { // what openssl ecparam writes before a key
		return
	}
	der, note, err := decodeBody(x.der, b.Body)
	found := named
	if err == nil {
		x.der = der
		if inner := form.Detect(der); inner.Kind.Known() && !strings.HasPrefix(b.Label, "PGP ") {
			found = inner // the label may lie, the structure does not
		}
	}
	o := outcome{place: p, kind: kindOf(found), off: off, size: int32(b.End - b.Start)}
	switch {
	case o.kind == Request || b.Label == "":
		o.kind = Request
		if cause := errors.Join(b.Err, err); cause != nil {
			if b.Err != nil {
				cause = b.Err
			}
			o.add(RuleBrokenPEM, "the PEM block is broken: "+cause.Error())
			break
		}
		if b.Odd {
			note = joined("BEGIN and END lines with other dashes or spaces than five hyphens", note)
		}
		if named.Kind != form.PKCS10 {
			note = joined(note, fmt.Sprintf("its BEGIN line says %q", b.Label))
		}
		if zeros := len(der) - len(bytes.TrimLeft(der, "\x00")); zeros > 0 {
			der, note = der[zeros:], joined(note, fmt.Sprintf("%d zero bytes before it", zeros))
		}
		if note = joined(p.note, note); x.strict && note != "" {
			o.add(RuleBrokenPEM, "the PEM block can be read, but not by every program: "+note)
		}
		x.der = der
		before := o.exam.breaches
		o.exam, o.bytes = examine(der), int32(len(der))
		o.exam.breaches = append(before, o.exam.breaches...)
		if !x.strict {
			o.addNote(note)
		}
	case found.Private():
		if !b.HoldsKey() {
			return // a text that speaks of such lines
		}
		o.add(o.kind.rule(), fmt.Sprintf("there is a PRIVATE KEY (%q) among the CSRs: it is %s", b.Label, found.Kind))
	default:
		kind, rule, hint := p.foreign(found, nil)
		if named.Kind == form.PKCS10 && rule.Severity < finding.Error {
			rule, hint = RuleNoRequest, found.Kind.Advice()
		}
		o.kind = kind
		o.exam.breaches = append(o.exam.breaches, breach{rule: rule, message: fmt.Sprintf("this is %s in a PEM block %q", found.Kind, b.Label), hint: hint})
	}
	x.out = append(x.out, o)
}

func (x *examiner) refuse(p place, kind Kind, message string) {
	x.refuseBy(kind.rule(), p, kind, message)
}

func (x *examiner) refuseBy(r *finding.Rule, p place, kind Kind, message string) {
	o := outcome{place: p, kind: kind}
	o.add(r, message)
	x.out = append(x.out, o)
}

// aside tells something about a file that becomes no entry of the set.
func (x *examiner) aside(r *finding.Rule, p place, message string) {
	o := outcome{place: p, kind: Other, aside: true}
	o.add(r, message)
	x.out = append(x.out, o)
}

// refuseArchive tells that a ZIP, or a member of one, cannot be read.
func (x *examiner) refuseArchive(p place, err error) {
	r := RuleBadArchive
	if _, ok := errors.AsType[*archive.LimitError](err); ok {
		r = RuleLimit
	}
	x.refuseBy(r, p, Unreadable, err.Error())
}

// inStream reads a text of many CSRs of any size in a window that moves over it, and hands each block to emit, which
// must not keep its bytes. It returns how many blocks there were, and the first bytes where there was none.
func inStream(ctx context.Context, r io.Reader, emit func(b *form.Block, off int64) error) (blocks int, head []byte, err error) {
	buf := make([]byte, 0, 4*maxBlockBytes)
	var base int64 // offset of buf[0]
	mixed := false
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
			head = bytes.Clone(buf[:min(len(buf), form.HeadBytes)])
		}
		mixed = mixed || bytes.Contains(buf, utf16Begin)
		at := 0
		for {
			b, ok, more := form.NextBlock(buf, at)
			if !ok { // keep what may be the start of a BEGIN
				at = max(at, len(buf)-128)
				break
			}
			if more && !eof && len(buf)-b.Start < maxBlockBytes {
				at = b.Start
				break
			}
			if more && b.End == len(buf) && len(buf)-b.Start >= maxBlockBytes {
				b.End = b.Start + len("-----BEGIN ")
				b.Err = fmt.Errorf("no END line follows within %d bytes, which is the limit for a block", maxBlockBytes)
			}
			blocks++
			if err := emit(&b, base+int64(b.Start)); err != nil {
				return blocks, nil, err
			}
			at = b.End
		}
		switch {
		case eof && mixed && blocks > 0:
			return blocks, nil, errMixed
		case eof:
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
		name = path.Base(strings.ReplaceAll(member, `\`, "/"))
	}
	if stem := strings.TrimSuffix(name, path.Ext(name)); stem != "" {
		return stem
	}
	return name
}
