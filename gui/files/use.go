package files

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"enrollbench/core/archive"
	"enrollbench/core/delivery"
	"enrollbench/core/form"
	"enrollbench/core/job"
	"enrollbench/core/trustmanager"
	"enrollbench/gui/words"
)

// Use is what a file can serve as; one file may serve as several things.
type Use uint16

// The uses. Nothing here can use a file that has none.
const (
	Request     Use = 1 << iota // a certification request, or what holds some
	Table                       // rows, to be edited or as the order of a result
	Sealed                      // a result, or part of one, that wants a key
	Plain                       // a result, or part of one, that is not sealed
	Key                         // a private key
	Public                      // what results can be encrypted to
	Batch                       // a batch that another station prepared
	Connections                 // connections that another station exported
	Vague                       // only the one who wants it can tell
)

// InspectFile judges one file by its bytes: the beginning of it, the header of a sealed message, the members of a small ZIP.
func InspectFile(path string) (GivenFile, error) {
	f := GivenFile{Path: path}
	g, err := delivery.Inspect(path)
	if err != nil {
		return f, err
	}
	f.size, f.What, f.To = g.Size, g.Form.String(), g.Form.Kind.Advice()
	if g.Key {
		f.Uses |= Key
	}
	switch kind := g.Form.Kind; {
	case kind == form.Empty:
		f.Words = words.T("given.empty")
	case kind == form.PGPPublicKey:
		f.Uses, f.Words = Public, words.T("given.openpgp-key")
	case kind == form.PGPSecretKey:
		f.Words = words.T("given.openpgp-key")
	case g.Result && len(g.Wants) > 0, g.Result && g.Form.Sealed():
		f.Uses |= Sealed
		f.sealed(g)
	case kind == form.ZIP:
		f.Uses, f.What = ofZIP(path)
		f.Words = words.T("given.zip")
	case kind == form.JSON && g.Form.Bare() && isConnections(path):
		f.Uses, f.Words, f.What = Connections, words.T("given.unknown"), words.T("drop.connections")
	case kind == form.JSON, kind == form.JWK:
		f.Uses |= Plain
		f.Words = words.T("given.json")
	case kind == form.PKCS12:
		f.Words = words.T("given.pkcs12")
	case g.Form.Table():
		f.Uses, f.Words = Table, words.T("given.table")
	case kind == form.PKCS10 || kind == form.CMC:
		f.Uses |= Request
		f.Words = words.T("given.request")
	case isTable(path):
		f.Uses |= Table
		f.Words, f.What = words.T("given.table"), words.T("drop.table")
	case g.Result && g.Form.Label != "":
		f.Uses |= Plain
		f.Words = words.T("given.certificates")
	case g.Key:
		f.Words = words.T("given.key")
	case g.Result:
		f.Uses |= Plain
		f.Words = words.T("given.der")
	default:
		f.Words = words.T("given.unknown")
	}
	switch kind := g.Form.Kind; {
	case kind == form.Certificate:
		f.Uses |= Public
	case f.Uses == 0 && !kind.Known(), kind == form.ASN1, kind == form.XML:
		f.Uses = f.Uses&^Plain | Vague
	}
	return f, nil
}

// sealed says whom a sealed result is for.
func (f *GivenFile) sealed(g *delivery.Given) {
	f.Wants, f.Names = g.Wants, slices.Clone(g.Wants)
	data := map[string]any{"Cipher": g.Cipher, "Coat": g.Coats.String()}
	switch {
	case g.Form.Kind == form.PGPMessage:
		f.Words = words.T("given.openpgp")
		for i, id := range f.Wants {
			if f.Wants[i] = words.T("given.key-id", "ID", id); id == "" {
				f.Wants[i] = words.T("given.hidden")
			}
		}
	case len(g.Coats) > 0:
		f.Words = words.T("given.cms-coat", data)
	default:
		f.Words = words.T("given.cms", data)
	}
}

// isTable: a text may be a table, by its name or by its header.
func isTable(path string) bool {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".csv", ".tsv":
		return true
	}
	line, _, _ := strings.Cut(string(head(path)), "\n")
	return strings.Contains(line, "subject.common_name") || strings.Contains(line, "\"csr\"")
}

func isConnections(path string) bool { return trustmanager.IsExport(head(path)) }

// head is the beginning of a file; what cannot be read is empty.
func head(path string) []byte {
	file, err := os.Open(path) // #nosec G304 -- the user's own choice
	if err != nil {
		return nil
	}
	defer file.Close()
	b, _ := io.ReadAll(io.LimitReader(bufio.NewReader(file), form.HeadBytes))
	return b
}

// What of a ZIP is looked at to tell what it holds: a batch of many thousand files has the same in all of them.
const (
	shownMembers = 64
	memberBytes  = 1 << 20
)

// ofZIP tells what a ZIP serves as, by what it holds, and what it is. One that cannot be read is the matter of who opens it.
func ofZIP(path string) (Use, string) {
	file, err := os.Open(path) // #nosec G304 -- the user's own choice
	if err != nil {
		return Vague, form.ZIP.String()
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return Vague, form.ZIP.String()
	}
	z, err := archive.Open(file, info.Size(), archive.Limits{})
	if err != nil {
		return Vague | Plain, form.ZIP.String()
	}
	if job.Portable(z) {
		return Batch, words.T("drop.batch")
	}
	var uses Use
	tables := 0
	for i := range min(z.Len(), shownMembers) {
		e, err := z.Entry(i)
		if err != nil || e.IsDir || e.Size > memberBytes {
			continue
		}
		if strings.EqualFold(filepath.Ext(e.Name), ".csv") {
			tables++
			continue
		}
		data, err := z.ReadEntry(i, nil)
		if err != nil {
			continue
		}
		uses |= ofMember(data)
	}
	if tables == 1 && z.Len() <= shownMembers {
		uses |= Table
	}
	switch {
	case uses&Request != 0:
		return uses &^ (Plain | Sealed), words.T("drop.zip-requests")
	case uses&(Plain|Sealed) != 0: // a key beside its certificate is part of the result
		return Plain, words.T("drop.zip-result")
	case uses&Table != 0:
		return uses, words.T("drop.zip-table")
	}
	return uses | Vague | Plain, form.ZIP.String()
}

// ofMember tells what a member of a ZIP serves as.
func ofMember(data []byte) (u Use) {
	f := form.Detect(data[:min(len(data), form.HeadBytes)])
	if f.Private() {
		u |= Key
	}
	switch {
	case f.Kind == form.PKCS10 || bytes.Contains(data, []byte("-----BEGIN CERTIFICATE REQUEST-----")):
		u |= Request
	case f.Sealed():
		u |= Sealed
	case f.Kind == form.Certificate:
		u |= Plain
	}
	return u
}

// Item is one path of several that were given together: a file, or a folder by what lies in it.
type Item struct {
	Path    string
	Uses    Use
	What    string   // as it stands behind "is": "a table"
	To      string   // what to do with it where nothing here takes it, "" where nobody knows
	Secrets []string // paths of private keys: itself, or what lies in it
	Err     error    // why it could not be looked at
}

// looked is how many files of a folder are looked at to tell what it holds.
const looked = 200

// Look tells what each path can serve as. It reads the beginning of every file, and of a folder's first ones.
func Look(ctx context.Context, paths []string) ([]Item, error) {
	var out []Item
	for _, path := range paths {
		item := Item{Path: path}
		if IsFolder(path) {
			item.folder(ctx)
		} else if f, err := InspectFile(path); err != nil {
			item.Uses, item.What, item.Err = Vague, form.Unknown.String(), err
		} else {
			item.Uses, item.What, item.To = f.Uses, f.What, f.To
			if f.Uses&Key != 0 {
				item.Secrets = []string{path}
			}
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		out = append(out, item)
	}
	return out, nil
}

// folder tells what a folder holds. What most of its files serve as says where it belongs; that there is a request or a key among them
// counts always.
func (i *Item) folder(ctx context.Context) {
	count, n := map[Use]int{}, 0
	i.Err = Each(ctx, i.Path, func(path string) error {
		f, err := InspectFile(path)
		if err != nil {
			return err
		}
		for u := Request; u < Vague; u <<= 1 {
			if f.Uses&u != 0 {
				count[u]++
			}
		}
		if f.Uses&Key != 0 {
			i.Secrets = append(i.Secrets, path)
		}
		if n++; n == looked {
			return fs.SkipAll
		}
		return nil
	})
	i.Uses, i.What = Vague, words.T("drop.folder")
	most := 0
	for u, c := range count {
		if u != Key && u != Public && c > most {
			most = c
		}
	}
	for u, c := range count {
		if u != Public && (c == most || u == Request || u == Key) {
			i.Uses |= u
		}
	}
	switch {
	case i.Uses&Request != 0:
		i.Uses &^= Plain | Sealed
		i.What = words.T("drop.folder-requests")
	case i.Uses&(Plain|Sealed) != 0:
		i.What = words.T("drop.folder-result")
	}
}
