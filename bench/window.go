//go:build unix

package main

func (b *bencher) window() error { return nil }
