package osfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// attributes make a file or, with "OICI", a folder whose content inherits them, that the user, its owner (OWNER RIGHTS, for a
// server that knows the user by another number) and the system alone can open. P protects it from what the folder would hand
// down (Microsoft, "Security Descriptor String Format").
func attributes(inherit string) (*windows.SecurityAttributes, error) {
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return nil, err
	}
	list := "D:P"
	for _, who := range []string{user.User.Sid.String(), "OW", "SY"} {
		list += "(A;" + inherit + ";FA;;;" + who + ")"
	}
	descriptor, err := windows.SecurityDescriptorFromString(list)
	if err != nil {
		return nil, err
	}
	a := &windows.SecurityAttributes{SecurityDescriptor: descriptor}
	a.Length = uint32(unsafe.Sizeof(*a))
	return a, nil
}

// openPrivate gives the new file its list within the call that makes it.
func openPrivate(path string, flag int) (*os.File, error) {
	fail := func(err error) (*os.File, error) { return nil, &fs.PathError{Op: "open", Path: path, Err: err} }
	a, err := attributes("")
	if err != nil {
		return fail(err)
	}
	name, err := Wide(path)
	if err != nil {
		return fail(err)
	}
	access, how := uint32(windows.GENERIC_READ|windows.GENERIC_WRITE), uint32(windows.OPEN_ALWAYS)
	if flag&os.O_APPEND != 0 {
		access = windows.GENERIC_READ | windows.FILE_APPEND_DATA | windows.FILE_WRITE_ATTRIBUTES | windows.SYNCHRONIZE
	}
	if flag&os.O_EXCL != 0 {
		how = windows.CREATE_NEW
	}
	h, err := windows.CreateFile(name, access, windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE, a, how, windows.FILE_ATTRIBUTE_NORMAL, 0)
	if err != nil {
		return fail(err)
	}
	return os.NewFile(uintptr(h), path), nil
}

func openShared(path string) (*os.File, error) {
	name, err := Wide(path)
	if err == nil {
		var h windows.Handle
		share := uint32(windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE | windows.FILE_SHARE_DELETE)
		if h, err = windows.CreateFile(name, windows.GENERIC_READ, share, nil, windows.OPEN_EXISTING, windows.FILE_ATTRIBUTE_NORMAL, 0); err == nil {
			return os.NewFile(uintptr(h), path), nil
		}
	}
	return nil, &fs.PathError{Op: "open", Path: path, Err: err}
}

// InUse says that another program keeps a file from being opened, replaced or removed.
func InUse(err error) bool {
	return errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_LOCK_VIOLATION) || errors.Is(err, windows.ERROR_USER_MAPPED_FILE)
}

// Full says that a disk, or what the user may take of it, is full.
func Full(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_HANDLE_DISK_FULL) || errors.Is(err, windows.ERROR_DISK_QUOTA_EXCEEDED) || errors.Is(err, syscall.ENOSPC)
}

// ReadOnly says that nothing can be written to a disk.
func ReadOnly(err error) bool {
	return errors.Is(err, windows.ERROR_WRITE_PROTECT) || errors.Is(err, syscall.EROFS)
}

// NoFolder says that what shall hold a file is a file itself.
func NoFolder(err error) bool {
	return errors.Is(err, windows.ERROR_DIRECTORY) || errors.Is(err, windows.ERROR_INVALID_NAME) || errors.Is(err, syscall.ENOTDIR)
}

func mkdirPrivate(path string) error {
	a, err := attributes("OICI")
	if err == nil {
		var name *uint16
		if name, err = Wide(path); err == nil {
			err = windows.CreateDirectory(name, a)
		}
	}
	if err != nil {
		return &fs.PathError{Op: "mkdir", Path: path, Err: err}
	}
	return nil
}

// others reads the list back. A list that is missing lets everybody in. Inherited entries count as the others do, and so do
// those that the system would not ask: whoever denies first is not looked for.
func others(path string) (names []string, err error) {
	descriptor, err := windows.GetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, windows.OWNER_SECURITY_INFORMATION|windows.DACL_SECURITY_INFORMATION)
	if err != nil {
		return nil, &fs.PathError{Op: "read the access control list of", Path: path, Err: err}
	}
	owner, _, err := descriptor.Owner()
	if err != nil {
		return nil, err
	}
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return nil, err
	}
	list, _, err := descriptor.DACL()
	if err != nil || list == nil {
		return []string{"everyone"}, err
	}
	for i := range uint32(list.AceCount) {
		var entry *windows.ACCESS_ALLOWED_ACE
		if err := windows.GetAce(list, i, &entry); err != nil {
			return nil, err
		}
		if entry.Header.AceType != windows.ACCESS_ALLOWED_ACE_TYPE {
			continue
		}
		who := (*windows.SID)(unsafe.Pointer(&entry.SidStart)) // #nosec G103 -- the entry's own layout
		if who.Equals(owner) || who.Equals(user.User.Sid) || who.IsWellKnown(windows.WinLocalSystemSid) || who.IsWellKnown(windows.WinCreatorOwnerRightsSid) {
			continue
		}
		name := who.String()
		if account, domain, _, err := who.LookupAccount(""); err == nil {
			name = strings.TrimPrefix(domain+`\`+account, `\`)
		}
		names = append(names, name)
	}
	return names, nil
}

// Wide makes the UTF-16 form of a path of any length, for calls that package os has no function for.
func Wide(path string) (*uint16, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	return windows.UTF16PtrFromString(extendedPath(abs))
}
