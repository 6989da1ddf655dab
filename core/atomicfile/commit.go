package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"enrollbench/core/filelock"
	"enrollbench/core/osfile"
)

// commit carries out steps in one folder so that a crash at any moment leaves either the old state or, after Recover,
// the new one. The order of events:
//
//  1. all temporaries are complete and synced (the caller's part);
//  2. the record is written and synced, and the folder with it: from here on the set will appear;
//  3. step by step, what stands in the way is renamed aside and the temporary takes its name;
//  4. the folder is synced, and the record is marked as done;
//  5. what was put aside is removed, then the record.
//
// Until the mark, every step can be seen to be done or not from what lies in the folder, so 3 may run again after a
// crash; from the mark on only 5 does.
type commit struct {
	dir    string
	steps  []step
	ops    operations
	record *os.File // open, locked and at its end from 2 to 5
}

// errLost: a temporary that the record names is gone and its final name with it.
var errLost = errors.New("its temporary file is gone")

func (c *commit) path(name string) string { return filepath.Join(c.dir, name) }

// run does it all. After an error the folder shows what it showed before, and the temporaries are still there.
func (c *commit) run() error {
	if len(c.steps) == 1 && c.steps[0].Aside == "" {
		// One rename is all or nothing by itself.
		if err := c.forward(&c.steps[0]); err != nil {
			return err
		}
		return c.syncNames()
	}
	if err := c.writeRecord(); err != nil {
		return fmt.Errorf("write the record of what is about to happen: %w", err)
	}
	for i := range c.steps {
		if err := c.forward(&c.steps[i]); err != nil {
			if undo := c.back(); undo != nil {
				return fmt.Errorf("%w; and it could not be undone: %w", err, undo)
			}
			return err
		}
	}
	return c.close()
}

func (c *commit) writeRecord() error {
	data, err := encodeRecord(c.steps)
	if err != nil {
		return err
	}
	path := c.path(hidden(c.steps[0].Name, recordSuffix))
	f, err := osfile.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	c.record = f
	err = filelock.Wait(f)
	if err == nil {
		_, err = f.Write(data)
	}
	if err == nil {
		err = tolerate(c.ops.sync(f))
	}
	if err == nil {
		err = c.ops.syncDir(c.dir)
	}
	if err != nil {
		c.drop()
	}
	return err
}

// placed tells whether a step's temporary has its final name already.
func (c *commit) placed(s *step) (bool, error) {
	if s.Temp == "" {
		return false, nil
	}
	if temp, err := exists(c.path(s.Temp)); temp != nil || err != nil {
		return false, err
	}
	now, err := exists(c.path(s.Name))
	if now == nil || err != nil {
		return false, err
	}
	if s.Old.is(now) {
		// What stands there is still the old one, unless that was put aside: then it is an equal twin.
		aside, err := exists(c.path(s.Aside))
		return aside != nil, err
	}
	return true, nil
}

// forward does one step, or what is left of it.
func (c *commit) forward(s *step) error {
	if s.Temp != "" {
		if done, err := c.placed(s); done || err != nil {
			return err
		}
		if temp, err := exists(c.path(s.Temp)); err != nil {
			return err
		} else if temp == nil {
			return fmt.Errorf("%q: %w", s.Name, errLost)
		}
	}
	if s.Aside != "" {
		aside, err := exists(c.path(s.Aside))
		if err != nil {
			return err
		}
		now, err := exists(c.path(s.Name))
		if err != nil {
			return err
		}
		// Anything but the old file stays: somebody put it there since.
		if aside == nil && now != nil && s.Old.is(now) {
			if err := c.ops.renameNew(c.path(s.Name), c.path(s.Aside)); err != nil {
				return fmt.Errorf("put the old %q aside: %w%s", s.Name, err, renameHint(err))
			}
		}
	}
	if s.Temp == "" {
		return nil
	}
	err := c.ops.renameNew(c.path(s.Temp), c.path(s.Name))
	if errors.Is(err, fs.ErrExist) {
		return refuseExisting(c.path(s.Name))
	}
	if err != nil {
		return fmt.Errorf("put %q in its place: %w%s", s.Name, err, renameHint(err))
	}
	return nil
}

// back undoes what was done, the last step first. Where even that is refused, nothing is deleted: the error names where
// the old file waits.
func (c *commit) back() error {
	var refused []error
	for i := len(c.steps) - 1; i >= 0; i-- {
		s := &c.steps[i]
		if done, err := c.placed(s); err != nil {
			refused = append(refused, err)
		} else if done {
			if err := c.ops.renameNew(c.path(s.Name), c.path(s.Temp)); err != nil {
				refused = append(refused, fmt.Errorf("take %q back: %w", s.Name, err))
				continue
			}
		}
		if s.Aside == "" {
			continue
		}
		if aside, err := exists(c.path(s.Aside)); err != nil {
			refused = append(refused, err)
		} else if aside != nil {
			if err := c.ops.renameNew(c.path(s.Aside), c.path(s.Name)); err != nil {
				refused = append(refused, fmt.Errorf("bring %q back: %w; it waits as %q", s.Name, err, s.Aside))
			}
		}
	}
	_ = c.ops.syncDir(c.dir) // before the record goes: its steps must not be taken again
	c.drop()
	return errors.Join(refused...)
}

// close makes the new names durable and clears away what is no longer needed. Only the fsync of the folder can fail
// the commit; its record then stays, and Recover repeats the steps.
func (c *commit) close() error {
	if err := c.syncNames(); err != nil {
		_ = c.record.Close()
		return err
	}
	// Without the mark a crash while old copies go would look like a set that was never put in place.
	_, err := c.record.WriteString(doneMark)
	if err == nil {
		err = tolerate(c.ops.sync(c.record))
	}
	if err == nil {
		c.clear()
		c.drop()
	} else {
		c.drop()
		c.clear()
	}
	_ = c.ops.syncDir(c.dir)
	return nil
}

func (c *commit) syncNames() error {
	if err := c.ops.syncDir(c.dir); err != nil {
		return fmt.Errorf("the files are complete, but their folder could not be synced: %w", err)
	}
	return nil
}

// clear removes what was put aside.
func (c *commit) clear() {
	for _, s := range c.steps {
		if s.Aside == "" {
			continue
		}
		if c.ops.remove(c.path(s.Aside)) != nil {
			// Held by a program that lets it be renamed but not removed: Sweep will take it.
			_ = c.ops.renameNew(c.path(s.Aside), c.path(hidden(s.Name, tempSuffix)))
		}
	}
}

// drop ends the record. It is emptied while the lock is held: who waits for the lock must not find it valid.
func (c *commit) drop() {
	_ = c.record.Truncate(0)
	_ = c.record.Close()
	_ = c.ops.remove(c.record.Name())
}
