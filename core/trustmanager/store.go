package trustmanager

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"enrollbench/core/atomicfile"
	"enrollbench/core/filelock"
	"enrollbench/core/osfile"
)

const (
	storeName = "connections.json"
	lockName  = "connections.lock"
	// storeFormat stands in the file, so that another program's file is not taken for one, and a program of an earlier version
	// leaves it alone. earlierFormat has one start by CSV, for both who makes the keys.
	storeFormat, earlierFormat = "enrollbench-connections/2", "enrollbench-connections/1"
	// maxStore of the file, in bytes.
	maxStore = 16 << 20
)

// What can be wrong with the name of a connection.
var (
	ErrNoConnection = errors.New("there is no such connection")
	ErrNameTaken    = errors.New("another connection has that name")
)

// Store keeps the connections in the file connections.json of a folder: readable, without secrets, replaced as a whole.
// Programs that change it at the same time wait for each other.
type Store struct {
	folder string
	// Changed is called after a change, with what was changed in words; nil calls nobody.
	Changed func(what string)
}

// NewStore returns the store of a folder, such as DefaultFolder. The folder is made when something is saved.
func NewStore(folder string) *Store { return &Store{folder: folder} }

// Path of the file.
func (s *Store) Path() string { return filepath.Join(s.folder, storeName) }

// contents is the file.
type contents struct {
	Format      string       `json:"format"`
	Default     string       `json:"default,omitempty"` // id
	Connections []Connection `json:"connections"`
}

// Load returns all connections in the order of the file. No file is no connections.
func (s *Store) Load() ([]Connection, error) {
	c, err := s.read()
	return c.Connections, err
}

func (s *Store) read() (contents, error) {
	f, err := os.Open(s.Path())
	if errors.Is(err, fs.ErrNotExist) {
		return contents{}, nil
	}
	if err != nil {
		return contents{}, err
	}
	defer f.Close()
	c, err := readContents(f)
	if err != nil {
		return contents{}, fmt.Errorf("%s: %w", s.Path(), err)
	}
	return c, nil
}

func readContents(r io.Reader) (contents, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxStore+1))
	if err != nil {
		return contents{}, err
	}
	if len(data) > maxStore {
		return contents{}, fmt.Errorf("more than %d bytes: that is not a file of connections", maxStore)
	}
	var form struct{ Format string }
	if err := json.Unmarshal(data, &form); err != nil {
		return contents{}, fmt.Errorf("not readable as JSON: %w", err)
	}
	if form.Format != storeFormat && form.Format != earlierFormat {
		return contents{}, fmt.Errorf("its format is %q and not %q", form.Format, storeFormat)
	}
	var c contents
	if err := strict(data, &c); err != nil {
		return contents{}, err
	}
	ids, names := map[string]bool{}, map[string]bool{}
	for _, one := range c.Connections {
		if err := one.Validate(); err != nil {
			return contents{}, fmt.Errorf("connection %q: %w", one.Name, err)
		}
		if ids[one.ID] || names[fold(one.Name)] {
			return contents{}, fmt.Errorf("connection %q: %w", one.Name, ErrNameTaken)
		}
		ids[one.ID], names[fold(one.Name)] = true, true
	}
	return c, nil
}

func fold(name string) string { return strings.ToLower(name) }

// Save replaces all connections.
func (s *Store) Save(all []Connection) error {
	return s.change(func(c *contents) (string, error) {
		c.Connections = slices.Clone(all)
		return "all replaced", nil
	})
}

// change reads the file, lets edit change it and writes it, while every other program waits. edit says in words what it changed.
func (s *Store) change(edit func(*contents) (what string, err error)) error {
	if err := osfile.MkdirAll(s.folder, 0o700); err != nil {
		return err
	}
	l, err := osfile.OpenFile(filepath.Join(s.folder, lockName), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer l.Close()
	if err := filelock.Wait(l); err != nil {
		return err
	}
	c, err := s.read()
	if err != nil {
		return err
	}
	what, err := edit(&c)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(c.Connections, func(one Connection) bool { return one.ID == c.Default }) {
		c.Default = ""
	}
	data, err := writeContents(c)
	if err != nil {
		return err
	}
	if err := atomicfile.WriteFile(s.Path(), data, atomicfile.Options{Mode: 0o600, Replace: true}); err != nil {
		return err
	}
	if s.Changed != nil {
		s.Changed(what)
	}
	return nil
}

// writeContents makes the file's bytes and reads them again: what cannot be read is never written.
func writeContents(c contents) ([]byte, error) {
	c.Format = storeFormat
	if c.Connections == nil {
		c.Connections = []Connection{}
	}
	data, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return nil, err
	}
	data = append(data, '\n')
	_, err = readContents(strings.NewReader(string(data)))
	return data, err
}

// Get returns the connection of an id or, without regard to case, a name; "" is the default one.
func (s *Store) Get(idOrName string) (Connection, error) {
	c, err := s.read()
	if err != nil {
		return Connection{}, err
	}
	i, err := c.find(idOrName)
	if err != nil {
		return Connection{}, err
	}
	return c.Connections[i], nil
}

func (c *contents) find(idOrName string) (int, error) {
	if idOrName == "" {
		idOrName = c.Default
		if idOrName == "" && len(c.Connections) == 1 {
			return 0, nil
		}
		if idOrName == "" {
			return 0, fmt.Errorf("no connection is named and none is the default: %w", ErrNoConnection)
		}
	}
	i := slices.IndexFunc(c.Connections, func(one Connection) bool { return one.ID == idOrName })
	if i < 0 {
		i = slices.IndexFunc(c.Connections, func(one Connection) bool { return fold(one.Name) == fold(idOrName) })
	}
	if i < 0 {
		var names []string
		for _, one := range c.Connections {
			names = append(names, fmt.Sprintf("%q", one.Name))
		}
		if len(names) == 0 {
			return 0, fmt.Errorf("%q: %w, nor any other", idOrName, ErrNoConnection)
		}
		return 0, fmt.Errorf("%q: %w; there are %s", idOrName, ErrNoConnection, strings.Join(names, ", "))
	}
	return i, nil
}

// Add stores a new connection. Its name and id must be free.
func (s *Store) Add(one Connection) error {
	if err := one.Validate(); err != nil {
		return err
	}
	return s.change(func(c *contents) (string, error) {
		if slices.ContainsFunc(c.Connections, func(o Connection) bool { return o.ID == one.ID || fold(o.Name) == fold(one.Name) }) {
			return "", fmt.Errorf("%q: %w", one.Name, ErrNameTaken)
		}
		c.Connections = append(c.Connections, one)
		return "added " + one.Name + ", " + one.Host(), nil
	})
}

// Update replaces the connection that has the same id.
func (s *Store) Update(one Connection) error {
	if err := one.Validate(); err != nil {
		return err
	}
	return s.change(func(c *contents) (string, error) {
		at := -1
		for i, o := range c.Connections {
			if o.ID == one.ID {
				at = i
			} else if fold(o.Name) == fold(one.Name) {
				return "", fmt.Errorf("%q: %w", one.Name, ErrNameTaken)
			}
		}
		if at < 0 {
			return "", fmt.Errorf("%q: %w", one.Name, ErrNoConnection)
		}
		before := c.Connections[at].Name
		c.Connections[at] = one
		if before != one.Name {
			return fmt.Sprintf("renamed %s, now %s, %s", before, one.Name, one.Host()), nil
		}
		return "changed " + one.Name + ", " + one.Host(), nil
	})
}

// Rename gives the connection of an id or name another name. Its secrets stay where they are.
func (s *Store) Rename(idOrName, name string) error {
	one, err := s.Get(idOrName)
	if err != nil {
		return err
	}
	one.Name = name
	return s.Update(one)
}

// Remove forgets the connection of an id or name. Its secrets are the caller's to remove: AllSecrets, Account.
func (s *Store) Remove(idOrName string) (Connection, error) {
	var gone Connection
	err := s.change(func(c *contents) (string, error) {
		i, err := c.find(idOrName)
		if err != nil {
			return "", err
		}
		gone = c.Connections[i]
		c.Connections = slices.Delete(c.Connections, i, i+1)
		return "removed " + gone.Name + ", " + gone.Host(), nil
	})
	return gone, err
}

// Default returns the id of the connection that is meant where none is named; "" for none.
func (s *Store) Default() (string, error) {
	c, err := s.read()
	if c.Default == "" && len(c.Connections) == 1 {
		return c.Connections[0].ID, err
	}
	return c.Default, err
}

// SetDefault makes the connection of an id or name the one that is meant where none is named.
func (s *Store) SetDefault(idOrName string) error {
	return s.change(func(c *contents) (string, error) {
		i, err := c.find(idOrName)
		if err != nil {
			return "", err
		}
		c.Default = c.Connections[i].ID
		return "default is " + c.Connections[i].Name, nil
	})
}

// Export writes connections for another computer: those of the given ids or names, or all. It never holds a secret.
func (s *Store) Export(w io.Writer, idsOrNames ...string) error {
	all, err := s.read()
	if err != nil {
		return err
	}
	out := contents{}
	for _, name := range idsOrNames {
		i, err := all.find(name)
		if err != nil {
			return err
		}
		out.Connections = append(out.Connections, all.Connections[i])
	}
	if len(idsOrNames) == 0 {
		out.Connections = all.Connections
	}
	data, err := writeContents(out)
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	return err
}

// IsExport says whether a file that begins with head looks like one that Export wrote, by this or another version.
func IsExport(head []byte) bool { return bytes.Contains(head, []byte(`"enrollbench-connections/`)) }

// Import adds the connections of an export, all or none, and returns them as they were added. Each gets a fresh id: an
// id names the secrets in the keychain, and a file from elsewhere must not reach those of a connection that is here. A
// name that is taken gets a number.
func (s *Store) Import(r io.Reader) ([]Connection, error) {
	in, err := readContents(r)
	if err != nil {
		return nil, err
	}
	if len(in.Connections) == 0 {
		return nil, errors.New("there is no connection in it")
	}
	err = s.change(func(c *contents) (string, error) {
		var names []string
		for i := range in.Connections {
			one := &in.Connections[i]
			one.ID = NewID()
			name := one.Name
			for n := 2; slices.ContainsFunc(c.Connections, func(o Connection) bool { return fold(o.Name) == fold(one.Name) }); n++ {
				one.Name = fmt.Sprintf("%s (%d)", name, n)
			}
			c.Connections = append(c.Connections, *one)
			names = append(names, one.Name)
		}
		return "imported from a file: " + strings.Join(names, ", "), nil
	})
	if err != nil {
		return nil, err
	}
	return in.Connections, nil
}
