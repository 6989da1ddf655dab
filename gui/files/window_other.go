//go:build !windows

package files

import "github.com/ncruces/zenity"

func (Native) owned() []zenity.Option { return nil }

func apartment() (leave func()) { return func() {} }
