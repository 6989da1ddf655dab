#!/usr/bin/env bash
# Windows: the window and enrollctl as a portable ZIP, as an installer (NSIS, for one user or all) and as an MSI (for managed workstations).
. "$(dirname "$0")/setup.sh"

# Windows and the MSI know versions of numbers only: what follows the third is the number of commits of a development build.
numbers=${version%%[-+]*}
commits=$(sed -n 's/^.*-dev\.\([0-9]*\).*$/\1/p' <<<"$version")
tree=enrollbench-$version-windows-amd64
folder=$stage/$tree
fresh "$folder"

# The linker takes what lies beside main.go under this name.
resource=rsrc_windows_amd64.syso
trap 'rm -f "$resource"' EXIT
rm -rf "$stage/resource" && cp -r packaging/windows "$stage/resource"
convert resources/icon.png -strip -define icon:auto-resize=256,128,64,48,32,24,16 "$stage/resource/enrollbench.ico"
(cd "$stage/resource" && x86_64-w64-mingw32-windres -O coff -D "VERSION_TEXT=\\\"$version\\\"" -D "VERSION_NUMBERS=${numbers//./,},${commits:-0}" \
	enrollbench.rc "$OLDPWD/$resource")
GOOS=windows CGO_ENABLED=1 CC=x86_64-w64-mingw32-gcc go build -buildvcs=false -tags migrated_fynedo,no_animations \
	-ldflags "-s -w -H=windowsgui -X main.version=$version" -o "$folder/enrollbench.exe" .
GOOS=windows CGO_ENABLED=0 go build "${built[@]}" -o "$folder/enrollctl.exe" ./cmd/enrollctl
signed "$folder/enrollbench.exe"
signed "$folder/enrollctl.exe"
legal "$folder" .txt
go run ./scripts/site "$folder/doc"
zipped "$tree"

cp "$stage/resource/enrollbench.ico" "$folder/"
stamped "$folder"
# What the uninstaller removes: every file that is installed and nothing else, then the folders, the deepest first.
{
	(cd "$folder" && find . -type f | sort | sed 's,^\./,,; s,/,\\,g; s,.*,Delete "$INSTDIR\\&",')
	(cd "$folder" && find . -mindepth 1 -type d | sort -r | sed 's,^\./,,; s,/,\\,g; s,.*,RMDir "$INSTDIR\\&",')
} >"$stage/remove.nsh"
touch -d "@$SOURCE_DATE_EPOCH" "$stage/remove.nsh"
makensis -V2 -WX -NOCD "-DVERSION=$version" "-DNUMBERS=$numbers.${commits:-0}" "-DFILES=$folder" "-DREMOVE=$stage/remove.nsh" \
	"-DOUTPUT=$out/$tree-setup.exe" ${SIGN_COMMAND:+"-DSIGN=$SIGN_COMMAND"} packaging/windows/installer.nsi
signed "$out/$tree-setup.exe"

find "$folder/doc" -type f | sort | wixl-heat --prefix "$folder/" --component-group Pages --var var.FILES --directory-ref INSTALLDIR --win64 >"$stage/pages.wxs"
wixl -a x64 -D Win64=yes -D "VERSION=$numbers" -D "NEXT=${numbers%.*}.$((${numbers##*.} + 1))" -D "FILES=$folder" -o "$out/$tree.msi" packaging/windows/installer.wxs "$stage/pages.wxs"
signed "$out/$tree.msi"
