#!/usr/bin/env bash
# Gives what tests start by the hundred its machine code beforehand (ReadyToRun): a process otherwise spends most of its first seconds on compiling.
# Works on what was built for Release, in its place; the next build puts back what it makes anew. Where the compiler cannot be had, tests only take longer.
#   tools/precompile.sh
set -euo pipefail
cd "$(dirname "$0")/.."
made=$PWD/artifacts/precompiled
mkdir -p "$made/compiler"
sdk=$(grep -oP '<TargetFramework>\K[^<]+' Directory.Build.props)
cat > "$made/compiler/compiler.csproj" << HERE
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>$sdk</TargetFramework><OutputType>Exe</OutputType><RuntimeIdentifier>linux-x64</RuntimeIdentifier><SelfContained>false</SelfContained>
    <PublishReadyToRun>true</PublishReadyToRun><ManagePackageVersionsCentrally>false</ManagePackageVersionsCentrally><RestorePackagesWithLockFile>false</RestorePackagesWithLockFile>
  </PropertyGroup>
</Project>
HERE
# Nothing of the solution's settings: this project is only there to fetch the compiler that belongs to the SDK.
for file in Directory.Build.props Directory.Build.targets Directory.Packages.props; do echo '<Project />' > "$made/compiler/$file"; done
dotnet restore "$made/compiler/compiler.csproj" --verbosity quiet
compiler=$(node -p '
  const assets = require(process.argv[1]);
  const pack = Object.values(assets.project.frameworks).flatMap(f => f.downloadDependencies ?? []).find(d => /crossgen2/i.test(d.name));
  `${Object.keys(assets.packageFolders)[0]}${pack.name.toLowerCase()}/${pack.version.replace(/[[\]]|,.*/g, "")}/tools/crossgen2`' "$made/compiler/obj/project.assets.json")
[ -x "$compiler" ] || { echo "There is no compiler for machine code: $compiler"; exit 1; }
shared=$(dotnet --list-runtimes | sed -nE 's/^Microsoft\.NETCore\.App ([^ ]+) \[(.*)\/Microsoft\.NETCore\.App\]$/\2 \1/p' | tail -n 1)
frameworks="${shared% *}/Microsoft.NETCore.App/${shared#* } ${shared% *}/Microsoft.AspNetCore.App/${shared#* }"

# compile FILE HASH: once for each content; what cannot be compiled, such as what has machine code already, stays as it is.
compile() {
  local out=$made/$2.dll references=() folder
  for folder in $(dirname "$1") $frameworks; do references+=(-r "$folder/*.dll"); done
  "$compiler" "$1" -o "$out.new" "${references[@]}" --targetos linux --targetarch x64 -O > "$out.log" 2>&1 || { rm -f "$out.new"; return; }
  # What came of it is not to be compiled again.
  touch "$made/$(sha256sum "$out.new" | cut -d ' ' -f 1).log"
  mv "$out.new" "$out"
}
export -f compile
export made compiler frameworks
find services tools -path '*/bin/Release/*' -name '*.dll' -not -path '*/runtimes/*' -exec sha256sum {} + | sort | awk '!seen[$1]++ { print $2 "\n" $1 }' > "$made/wanted.txt"
while read -r file && read -r hash; do [ -e "$made/$hash.log" ] || printf '%s\n%s\n' "$file" "$hash"; done < "$made/wanted.txt" | xargs -r -d '\n' -P "$(nproc)" -n 2 bash -c 'compile "$1" "$2"' _
find services tools tests -path '*/bin/Release/*' -name '*.dll' -not -path '*/runtimes/*' -exec sha256sum {} + | while read -r hash file; do
  [ ! -e "$made/$hash.dll" ] || cp "$made/$hash.dll" "$file"
done
echo "$(find "$made" -maxdepth 1 -name '*.dll' | wc -l) libraries have their machine code."
