package delivery

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"enrollbench/core/archive"
	"enrollbench/core/atomicfile"
	"enrollbench/core/form"
	"enrollbench/core/progress"
	"enrollbench/core/recipient"
)

// UnsealOptions say how a file is decrypted.
type UnsealOptions struct {
	Opener  Opener
	Insist  bool   // keep content whose integrity cannot be proven
	Replace bool   // what stands under the target's name may be replaced
	Traces  string // for the note about the temporary, see Sweep; "" for the usual folder
}

// What Unseal found out about the content, in its first result.
const (
	Authenticated = "authenticated" // MDC or AEAD tag: it is what was sealed, whoever sealed it
	Undamaged     = "undamaged"     // CBC, which proves nothing; the content is a ZIP with every CRC-32 right, or valid JSON
	NotProven     = "not proven"    // CBC, and the content has no checks of its own; kept because the user insisted
)

// ErrNotProven: nothing shows that the content is what was sealed, so it is kept only when the user insists.
var ErrNotProven = errors.New("integrity cannot be proven: the message is encrypted in CBC mode, which does not show changes, and its content is neither a ZIP nor JSON, which would; insist if you want it")

// errEmptyContent: a message that opens and holds nothing.
var errEmptyContent = errors.New("the message opens, but there is nothing in it")

// Unseal decrypts in to out and says what is known of the content's integrity. It writes to a temporary beside out,
// which only its owner can read, and gives it its name after the clean end: the message's own seal or, where it has
// none, the structure and every CRC-32 of the ZIP, or the syntax of the JSON within. In every other case there is no
// output. A coat of base64 around the message is taken off; what was sealed is written as it is. Progress counts octets
// of in.
func Unseal(ctx context.Context, in, out string, o UnsealOptions, report progress.Func) (string, error) {
	f, err := os.Open(in)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if o.Opener == nil {
		return "", fmt.Errorf("%q: %w", in, ErrNeedKey)
	}
	if err := checkSealed(f, info.Size()); err != nil {
		return "", fmt.Errorf("%q: %w", in, err)
	}
	plain, err := o.Opener.Open(progress.Reader(ctx, f, info.Size(), report))
	if err != nil {
		return "", fmt.Errorf("%q: %w", in, err)
	}
	target, err := atomicfile.Create(out, atomicfile.Options{Mode: 0o600, Replace: o.Replace})
	if err != nil {
		return "", err
	}
	note, err := newTrace(o.Traces, target.Name())
	if err != nil {
		return "", errors.Join(err, target.Abort())
	}
	known, err := unsealTo(ctx, target, plain, o.Insist)
	if err != nil {
		err = fmt.Errorf("%q: %w", in, err)
	} else {
		err = target.Commit()
	}
	if err = errors.Join(err, target.Abort(), note.done()); err != nil {
		return "", err
	}
	return known, nil
}

// checkSealed looks at the beginning of a file, so that nothing is asked for and written where nothing is sealed.
func checkSealed(r io.ReaderAt, size int64) error {
	head := make([]byte, min(size, form.HeadBytes))
	if err := readFull(r, head); err != nil {
		return err
	}
	switch f := form.Detect(head); {
	case f.Kind == form.Empty:
		return errors.New("it is empty: download it again")
	case f.Kind == form.TooDeep:
		return errTooDeep
	case !isSealed(f):
		return recipient.NotSealed(f)
	}
	return nil
}

// unsealTo writes the content and proves what can be proven about it.
func unsealTo(ctx context.Context, target *atomicfile.File, plain Opened, insist bool) (string, error) {
	n, err := io.CopyBuffer(onlyWriter{target}, onlyReader{plain}, make([]byte, 256<<10))
	if err != nil {
		return "", err
	}
	if n == 0 {
		return "", errEmptyContent
	}
	if plain.Authenticated() {
		return Authenticated, nil
	}
	head := make([]byte, min(n, form.HeadBytes))
	if err := readFull(target, head); err != nil {
		return "", err
	}
	switch f := form.Detect(head); {
	case f.Kind == form.ZIP && f.Bare():
		z, err := archive.Open(target, n, DefaultLimits.Archive)
		if err == nil {
			err = z.CheckRedundant(ctx)
		}
		if err == nil {
			err = z.Verify(ctx, nil)
		}
		if err != nil {
			return "", asText(plain, fmt.Errorf("%w: %w", ErrDamaged, err))
		}
		return Undamaged, nil
	case (f.Kind == form.JSON || f.Kind == form.JWK) && f.Bare():
		from := int64(form.Mark(head))
		if err := checkJSON(io.NewSectionReader(target, from, n-from)); err != nil {
			return "", err
		}
		return Undamaged, nil
	}
	if !insist {
		return "", ErrNotProven
	}
	return NotProven, nil
}

// onlyWriter hides ReadFrom, so that the buffer is used.
type onlyWriter struct{ io.Writer }
