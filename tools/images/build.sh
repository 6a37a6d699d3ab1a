#!/usr/bin/env bash
# Builds images by the .NET SDK, on a base made of the distribution's packages, without a registry or a container engine:
#   tools/images/build.sh [NAME...]    names as in images.txt, or all; writes artifacts/images/NAME.oci.tar, NAME.digest and NAME.cdx.json (what is in it)
# One that was built from what lies here now is not built again. With ContainerBaseImage (registry/name:tag) in the environment that base is taken instead.
# SOURCE_DATE_EPOCH: the time that images bear, otherwise the commit's. The same sources, base and time give the same digest.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tools/images/base.sh
[ "$(uname -sm)" = "Linux x86_64" ] || { echo "Images are built on Linux on x86_64 only." >&2; exit 2; }

project() { awk -v name="$1" '$1 == name { print $2 }' $here/images.txt; }
names=("$@")
[ $# -gt 0 ] || mapfile -t names < <(awk '!/^#/ { print $1 }' $here/images.txt)
for name in "${names[@]}"; do [ -n "$(project "$name")" ] || { echo "There is no image '$name': see $here/images.txt." >&2; exit 2; }; done

revision=${CONSENT_REVISION:-$(git rev-parse HEAD 2> /dev/null || true)}
time=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2> /dev/null || echo 0)}
version=$(grep -oP '<Version>\K[^<]+' Directory.Build.props)

make_base

# Of what an image is made, by content.
made=$( { echo "$revision $time $basename ${digest:-}"; dotnet --version
  find services tools Directory.* global.json .editorconfig \( -name bin -o -name obj -o -name node_modules -o -name '*.md' \) -prune -o -type f -print0 | sort -z | xargs -0 sha256sum; } | sha256sum | cut -d ' ' -f 1)
wanted=()
for name in "${names[@]}"; do
  [ -f "$out/$name.oci.tar" ] && [ "$(cat "$out/$name.made" 2> /dev/null)" = "$made" ] || wanted+=("$name")
done
[ ${#wanted[@]} -gt 0 ] || exit 0

serve_base
# What an earlier publication left there would stay where it is newer.
rm -rf "$out/build/publish"
projects=()
for name in "${wanted[@]}"; do
  projects+=("$(project "$name")")
  rm -f "$out/$name".{oci.tar,made,digest,cdx.json}
done
# The host's graph is everybody's.
if [[ " ${wanted[*]} " == *" host "* ]]; then restore=("$(project host)"); else restore=("${projects[@]}"); fi
for one in "${restore[@]}"; do dotnet restore "$one" -p:ConsentImage=true --verbosity quiet 9>&-; done
images=$(IFS=';'; echo "${projects[*]}")
dotnet msbuild $here/images.proj -t:Publish --nologo --verbosity:minimal "-p:Images=\"$images\"" -p:Configuration=Release -p:ConsentImage=true -p:ConsentArchives=true \
  "-p:ContainerBaseImage=$base" "-p:ConsentBaseName=$basename" "-p:ConsentBaseDigest=${digest:-}" "-p:ConsentRevision=$revision" "-p:ConsentSource=${CONSENT_SOURCE:-}" 9>&-
for name in "${wanted[@]}"; do
  node $here/normalise.mjs "$out/published/$name.tar" "$out/$name.oci.tar" "consent/$name:$version" "$time" > "$out/$name.digest"
  node $here/sbom.mjs "$out/$name.oci.tar" "$packages" > "$out/$name.cdx.json"
  echo "$made" > "$out/$name.made"
  rm "$out/published/$name.tar"
done
