package eui48

import (
	_ "embed"
	"strconv"
	"strings"
)

// Block is a run of addresses that the IEEE assigns as one: MA-L with 2^24 addresses under an OUI of 24 bits, MA-M with 2^20
// under 28 bits, MA-S with 4,096 under 36 bits (IEEE Registration Authority, MAC Address Block).
type Block struct {
	first Address
	bits  int // of the prefix: 24, 28 or 36
}

//go:embed blocks.txt
var blocksText string

// divided are the OUIs that the IEEE divides into smaller blocks, with the bits of the prefixes of these.
var divided = func() map[Address]int {
	m := map[Address]int{}
	for line := range strings.Lines(blocksText) {
		if oui, bits, ok := strings.Cut(strings.TrimSpace(line), " "); ok && oui != "#" {
			first, err := strconv.ParseUint(oui, 16, 24)
			n, errBits := strconv.Atoi(bits)
			if err != nil || errBits != nil {
				panic("eui48: blocks.txt: " + line) // a fault of generate.sh, found by any test
			}
			m[Address(first)<<24] = n
		}
	}
	return m
}()

// Block is the block that the address belongs to. One of which the registry divides the OUI is smaller than that.
func (a Address) Block() Block {
	bits := 24
	if n := divided[a&^(1<<24-1)]; n != 0 {
		bits = n
	}
	return Block{a &^ (1<<(48-bits) - 1), bits}
}

// First is the lowest address of the block.
func (b Block) First() Address { return b.first }

// Last is the highest address of the block.
func (b Block) Last() Address { return b.first + Address(b.Len()) - 1 }

// Len is how many addresses the block has.
func (b Block) Len() uint64 { return 1 << (48 - b.bits) }

// String writes the prefix: "00-1a-c2", "70-b3-d5-1a-2".
func (b Block) String() string {
	digits := b.bits / 4
	return b.first.String()[:digits+(digits-1)/2]
}
