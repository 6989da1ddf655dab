#!/bin/sh
# Writes blocks.txt anew from Debian's package ieee-data: the blocks of 24 bits that the IEEE divides into smaller ones.
set -eu
cd "$(dirname "$0")"
data=/usr/share/ieee-data
{
	printf '# Blocks of 24 bits that the IEEE Registration Authority divides into MA-M blocks (28 bits), and MA-S and IAB blocks (36 bits).\n'
	printf '# From the registries of %s, Debian package ieee-data %s.\n' \
		"$(date -u -d "@$(cat $data/.lastupdate)" +%Y-%m-%d)" "$(dpkg-query -W -f '${Version}' ieee-data)"
	cut -d, -f1,2 $data/mam.csv $data/oui36.csv $data/iab.csv |
		sed -n 's/^MA-M,\(......\).*/\1 28/p; s/^MA-S,\(......\).*/\1 36/p; s/^IAB,\(......\).*/\1 36/p' | tr 'A-F' 'a-f' | sort -u
} >blocks.txt
