#!/usr/bin/env bash
# Linux: a .deb and an .rpm by nfpm, and a tar to unpack below /usr/local or ~/.local; each with both programs.
. "$(dirname "$0")/setup.sh"

id=org.enrollbench.EnrollBench
root=$stage/linux/usr
share=$root/share
doc=$share/doc/enrollbench
fresh "$stage/linux"
mkdir -p "$root/bin" "$share"/{applications,metainfo,mime/packages,man/man1} "$share"/icons/hicolor/{256x256,scalable}/apps "$doc" \
	"$share"/{bash-completion/completions,fish/vendor_completions.d}

CGO_ENABLED=1 GOOS=linux go build "${built[@]}" -tags migrated_fynedo,no_animations -o "$root/bin/enrollbench" .
CGO_ENABLED=0 GOOS=linux go build "${built[@]}" -o "$root/bin/enrollctl" ./cmd/enrollctl
enrollctl=$root/bin/enrollctl

cp packaging/linux/$id.desktop "$share/applications/"
sed "s/@VERSION@/$version/; s/@DATE@/$(date -d "@$SOURCE_DATE_EPOCH" +%F)/" packaging/linux/$id.metainfo.xml >"$share/metainfo/$id.metainfo.xml"
cp packaging/linux/enrollbench-mime.xml "$share/mime/packages/enrollbench.xml"
cp resources/icon.png "$share/icons/hicolor/256x256/apps/$id.png"
cp resources/icons/logo.svg "$share/icons/hicolor/scalable/apps/$id.svg"
"$enrollctl" man "$share/man/man1"
cp packaging/linux/enrollbench.1 "$share/man/man1/"
gzip -9n "$share"/man/man1/*.1
"$enrollctl" completion bash >"$share/bash-completion/completions/enrollctl"
"$enrollctl" completion fish >"$share/fish/vendor_completions.d/enrollctl.fish"
"$enrollctl" completion zsh >"$stage/linux/_enrollctl" # where zsh looks for it differs by system
gzip -9nc resources/notices.txt >"$doc/THIRD-PARTY-NOTICES.txt.gz"
gzip -9nc CHANGELOG.md >"$doc/changelog.gz"
cp NOTICE "$doc/"
cp packaging/linux/copyright "$doc/"
go run ./scripts/site "$doc/html"

tree=enrollbench-$version-linux-amd64
fresh "$stage/$tree"
cp -r "$root/." "$stage/$tree/"
cp LICENSE "$stage/$tree/share/doc/enrollbench/"
install -D "$stage/linux/_enrollctl" "$stage/$tree/share/zsh/site-functions/_enrollctl"
tarball "$tree"

date=$(date -d "@$SOURCE_DATE_EPOCH" +%FT%TZ)
cat >"$stage/changelog.yaml" <<-CHANGES
	- semver: $version
	  date: $date
	  packager: The EnrollBench authors <enrollbench@users.noreply.github.com>
	  deb: {urgency: medium, distributions: [stable]}
	  changes: [{note: "EnrollBench $version; changelog.gz says what is new."}]
CHANGES
stamped "$stage/linux"
sed "s|@VERSION@|$version|; s|@DATE@|$date|; s|@ROOT@|$stage/linux|; s|@CHANGELOG@|$stage/changelog.yaml|" packaging/linux/nfpm.yaml >"$stage/nfpm.yaml"
for kind in deb rpm; do
	build/tools/nfpm package --config "$stage/nfpm.yaml" --packager $kind --target "$out/"
done
