// Package instance lets one window serve a user: the first start of the program becomes it, a later one hands its files over and ends.
//
// The first holds the lock of a file in the user's folder of settings (core/filelock), listens on loopback, and writes into that file
// where, with a key. Whoever can read the file may hand files over, and that is the user alone. Before a name of a file is sent, the
// first proves that it knows the key: after a crash somebody else may listen where it did.
//
// A domain socket would need no key, but its path is limited to some hundred bytes, and Windows has it only lately.
package instance

import (
	"bufio"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"time"

	"enrollbench/core/filelock"
	"enrollbench/core/osfile"
)

const (
	answerWithin = 5 * time.Second       // how long a handover may take; the first answers from a goroutine of its own
	askAgain     = 50 * time.Millisecond // the first may hold the lock already and not listen yet
	longest      = 8 << 20               // octets of one message; a command line holds two million at most
)

// note is what the first writes down for the others.
type note struct{ Address, Key string }

// message is what a later start says to the first, once that has proven itself.
type message struct {
	Key   string
	Paths []string
}

// First is the one that serves its user. Close it when the window is gone.
type First struct {
	lock     *os.File
	listener net.Listener
	key      string
}

// Start becomes the first of that name, or hands paths over to it. The folder must exist. With a nil *First and a nil error the
// paths were handed over, none included: then this start has nothing left to do. An error says why neither can be: no locks here, or
// the first does not answer. A program then goes on as if it were alone.
func Start(folder, name string, paths []string) (*First, error) {
	file := filepath.Join(folder, name+".instance")
	lock, err := osfile.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o600) // #nosec G304 -- in the user's own folder
	if err != nil {
		return nil, err
	}
	for end := time.Now().Add(answerWithin); ; time.Sleep(askAgain) {
		switch filelock.Try(lock) {
		case filelock.Taken:
			first, err := listen(lock)
			if err != nil {
				return nil, errors.Join(err, lock.Close())
			}
			return first, nil
		case filelock.Unknown:
			return nil, errors.Join(fmt.Errorf("%s cannot be locked", file), lock.Close())
		}
		err := handOver(lock, paths)
		if err == nil || time.Now().After(end) {
			return nil, errors.Join(err, lock.Close())
		}
	}
}

// listen writes into the locked file where the first listens.
func listen(lock *os.File) (*First, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	f := &First{lock, listener, rand.Text()}
	text, err := json.Marshal(note{listener.Addr().String(), f.key})
	if err == nil { // what a longer one of a program that was killed leaves behind it is not read
		_, err = lock.WriteAt(text, 0)
	}
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return f, nil
}

// Serve calls open with the paths of each later start until Close, from goroutines of its own. The paths are as they were sent.
func (f *First) Serve(open func(paths []string)) {
	for {
		conn, err := f.listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer func() { _ = conn.Close() }()
			if paths, err := f.receive(conn); err == nil {
				open(paths)
			}
		}()
	}
}

// Close makes place for the next first.
func (f *First) Close() error {
	return errors.Join(f.listener.Close(), f.lock.Truncate(0), f.lock.Close())
}

// receive is the first's side of a handover: it proves itself, then reads.
func (f *First) receive(conn net.Conn) ([]string, error) {
	if err := conn.SetDeadline(time.Now().Add(answerWithin)); err != nil {
		return nil, err
	}
	in := bufio.NewReader(io.LimitReader(conn, longest))
	nonce, err := in.ReadString('\n')
	if err != nil {
		return nil, err
	}
	if _, err := fmt.Fprintln(conn, proof(f.key, nonce)); err != nil {
		return nil, err
	}
	var m message
	if err := json.NewDecoder(in).Decode(&m); err != nil {
		return nil, err
	}
	if !hmac.Equal([]byte(m.Key), []byte(f.key)) {
		return nil, errors.New("it does not know the key")
	}
	_, err = fmt.Fprintln(conn, "taken")
	return m.Paths, err
}

// handOver is the later start's side.
func handOver(lock io.ReaderAt, paths []string) error {
	var n note
	if err := json.NewDecoder(io.NewSectionReader(lock, 0, longest)).Decode(&n); err != nil {
		return fmt.Errorf("the open window has not said where it listens: %w", err)
	}
	conn, err := net.DialTimeout("tcp", n.Address, answerWithin)
	if err != nil {
		return fmt.Errorf("the open window does not answer: %w", err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(answerWithin)); err != nil {
		return err
	}
	nonce := rand.Text() + "\n"
	if _, err := io.WriteString(conn, nonce); err != nil {
		return fmt.Errorf("the open window does not answer: %w", err)
	}
	in := bufio.NewReader(io.LimitReader(conn, longest))
	switch answer, err := in.ReadString('\n'); {
	case err != nil:
		return fmt.Errorf("the open window does not answer: %w", err)
	case !hmac.Equal([]byte(answer), []byte(proof(n.Key, nonce)+"\n")):
		return errors.New("another program now listens at the address of the open window")
	}
	foreground()
	if err := json.NewEncoder(conn).Encode(message{n.Key, paths}); err != nil {
		return fmt.Errorf("the open window does not answer: %w", err)
	}
	if _, err := in.ReadString('\n'); err != nil {
		return fmt.Errorf("the open window did not accept the files: %w", err)
	}
	return nil
}

// proof shows that one knows the key without saying it.
func proof(key, nonce string) string {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(nonce))
	return hex.EncodeToString(h.Sum(nil))
}
