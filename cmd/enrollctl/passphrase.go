package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"unicode/utf8"

	"github.com/spf13/pflag"
	"golang.org/x/term"

	"enrollbench/core/finding"
	"enrollbench/core/form"
	"enrollbench/core/privatekey"
)

// maxPassphraseBytes is the most that a file with a passphrase may hold.
const maxPassphraseBytes = 64 << 10

// passphraseSource is where one passphrase comes from: the file of a flag, else the terminal. Never an argument, which
// everybody on the computer can read.
type passphraseSource struct {
	flag string // the flag's name
	file string
}

func (p *passphraseSource) declare(flags *pflag.FlagSet, name, of string) {
	p.flag = name
	flags.StringVar(&p.file, name, "", "read the passphrase of "+of+" from the first line of `FILE`; - is standard input. Without it you are asked on the terminal")
}

// fromStdin says whether the passphrase is read from standard input.
func (p *passphraseSource) fromStdin() bool { return p.file == "-" }

// asker returns the function that answers when a key turns out to be protected; what names the key in the prompt. A file
// is read once and then only when it is needed; a wrong passphrase from it ends the reading, one that was typed is asked
// for again as often as the reader of keys allows.
func (p *passphraseSource) asker(ctx context.Context, s *session, what string) privatekey.Passphrase {
	odd := ""
	return func(attempt int) ([]byte, error) {
		if p.file != "" {
			if attempt > 1 {
				return nil, fmt.Errorf("%w in %s%s", privatekey.ErrWrongPassphrase, p.name(), odd)
			}
			line, err := p.read(s)
			odd = oddPassphrase(line)
			return line, err
		}
		if s.hidden == nil {
			return nil, fmt.Errorf("%w, and there is no terminal to ask for it: give --%s FILE", privatekey.ErrNeedPassphrase, p.flag)
		}
		again := ""
		if attempt > 1 {
			again = "That was not it. "
		}
		return s.ask(ctx, fmt.Sprintf("%sPassphrase of %s: ", again, what))
	}
}

// chosen returns a new passphrase, for what is about to be written: from the file, or typed twice.
func (p *passphraseSource) chosen(ctx context.Context, s *session, what string) ([]byte, error) {
	if p.file != "" {
		secret, err := p.read(s)
		if err == nil && len(secret) == 0 {
			err = fmt.Errorf("%s: the first line is empty, and an empty passphrase protects nothing", p.name())
		}
		return secret, err
	}
	if s.hidden == nil {
		return nil, usagef("%s needs a passphrase, and there is no terminal to ask for it: give --%s FILE", what, p.flag)
	}
	first, err := s.ask(ctx, fmt.Sprintf("New passphrase of %s: ", what))
	if err != nil {
		return nil, err
	}
	second, err := s.ask(ctx, "The same again: ")
	defer clear(second)
	switch {
	case err != nil:
	case len(first) == 0:
		err = errors.New("an empty passphrase protects nothing")
	case !bytes.Equal(first, second):
		err = errors.New("the two passphrases differ")
	default:
		return first, nil
	}
	clear(first)
	return nil, err
}

func (p *passphraseSource) name() string {
	if p.fromStdin() {
		return "standard input"
	}
	return printable(p.file)
}

// read returns the first line without its end and without the byte order mark that PowerShell and Notepad put before it;
// UTF-16 becomes UTF-8. Else the passphrase is bytes: no character set is assumed.
func (p *passphraseSource) read(s *session) ([]byte, error) {
	in := s.stdin
	if !p.fromStdin() {
		f, err := os.Open(p.file)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	all := make([]byte, maxPassphraseBytes+1)
	n, err := io.ReadFull(in, all)
	defer clear(all)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fmt.Errorf("%s: %w", p.name(), err)
	}
	if n > maxPassphraseBytes {
		return nil, fmt.Errorf("%s holds more than %s bytes: that is not a passphrase", p.name(), finding.Grouped(maxPassphraseBytes))
	}
	text := form.UTF8(all[:n])
	defer clear(text)
	line, _, _ := bytes.Cut(text, []byte("\n"))
	return bytes.Clone(bytes.TrimSuffix(line, []byte("\r"))), nil
}

// oddPassphrase says what a file often has in it besides the passphrase; "" where nothing is odd. It tells nothing of the passphrase itself.
func oddPassphrase(line []byte) string {
	switch {
	case len(line) == 0:
		return ": its first line is empty"
	case len(bytes.TrimSpace(line)) < len(line):
		return ": its first line begins or ends with a space, which counts; remove it if it does not belong to the passphrase"
	case len(line) > 1 && line[0] == line[len(line)-1] && (line[0] == '"' || line[0] == '\''):
		return ": its first line is in quotation marks, which count; remove them if they do not belong to the passphrase"
	case !utf8.Valid(line):
		return ": its first line is not UTF-8; if the passphrase has letters such as ü, save the file as UTF-8"
	}
	return ""
}

// hiddenReader returns what asks on the terminal of standard input without echo, or nil where that is none. An interrupt
// ends the asking and switches the echo on again.
func hiddenReader(in *os.File, prompt io.Writer) func(context.Context, string) ([]byte, error) {
	fd := int(in.Fd()) // #nosec G115 -- a descriptor is a small number
	if !term.IsTerminal(fd) {
		return nil
	}
	return func(ctx context.Context, text string) ([]byte, error) {
		before, err := term.GetState(fd)
		if err != nil {
			return nil, err
		}
		fmt.Fprint(prompt, printable(text))
		type answer struct {
			secret []byte
			err    error
		}
		answers := make(chan answer, 1)
		go func() {
			secret, err := term.ReadPassword(fd)
			answers <- answer{secret, err}
		}()
		select {
		case a := <-answers:
			fmt.Fprintln(prompt)
			if errors.Is(a.err, io.EOF) {
				a.err = errors.New("no passphrase was given")
			}
			return a.secret, a.err
		case <-ctx.Done():
			_ = term.Restore(fd, before)
			fmt.Fprintln(prompt)
			return nil, ctx.Err()
		}
	}
}
