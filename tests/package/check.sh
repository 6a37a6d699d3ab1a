#!/usr/bin/env bash
# A stranger's service, outside this repository, which references the subscriber's package and nothing else of ours: the code that the
# README shows, restored from the packages, built, started and asked.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
folder=$(mktemp -d)
version=0.1.0-check.$RANDOM$RANDOM
port=$((20000 + RANDOM % 20000))
service=
cleanup() {
  [ -z "$service" ] || kill "$service" 2> /dev/null || true
  rm -rf "$folder" "${NUGET_PACKAGES:-$HOME/.nuget/packages}"/consent.{contracts,servicedefaults,subscriber,unsubscribelinks}/"$version"
}
trap cleanup EXIT
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

for project in contracts service-defaults subscriber unsubscribe-links; do
  dotnet pack "$root/services/$project"/*.csproj -c Release --no-build --nologo -v quiet -o "$folder/packages" -p:Version="$version"
done
unzip -p "$folder/packages/Consent.Subscriber.$version.nupkg" README.md > "$folder/README.md"

mkdir "$folder/letters"
cd "$folder/letters"
cat > letters.csproj << HERE
<Project Sdk="Microsoft.NET.Sdk.Web">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework><Nullable>enable</Nullable><ImplicitUsings>enable</ImplicitUsings><TreatWarningsAsErrors>true</TreatWarningsAsErrors><NoWarn>NU1603</NoWarn><NuGetAudit>false</NuGetAudit></PropertyGroup>
  <ItemGroup><PackageReference Include="Consent.Subscriber" Version="$version" /></ItemGroup>
</Project>
HERE
cat > nuget.config << HERE
<configuration><packageSources><add key="here" value="$folder/packages" /></packageSources></configuration>
HERE
sed -n '/^```csharp$/,/^```$/{//!p}' "$folder/README.md" > Program.cs
dotnet build -c Release --nologo -v quiet

Data="$folder/data" Auth__Authority=http://localhost:1 ASPNETCORE_URLS="http://127.0.0.1:$port" dotnet bin/Release/net10.0/letters.dll > log 2>&1 &
service=$!
for _ in $(seq 150); do curl -sf "http://127.0.0.1:$port/health/live" > /dev/null && break; kill -0 $service || { cat log; exit 1; }; sleep 0.2; done
[ "$(curl -sf -H 'Consent-Subject: 0123456789abcdef0123456789abcdef' "http://127.0.0.1:$port/may/shop")" = false ] || { cat log; exit 1; }
curl -s "http://127.0.0.1:$port/health" | grep -q subscriber-letters
echo "A service of the packages says no before it has loaded anything."

# A stranger's mailer, which references the package of links and nothing else: again the code that the README shows.
mkdir "$folder/mailer"
cd "$folder/mailer"
cp ../letters/nuget.config .
sed -e 's/Microsoft.NET.Sdk.Web/Microsoft.NET.Sdk/' -e 's/Consent.Subscriber/Consent.UnsubscribeLinks/' -e 's/<TargetFramework>/<OutputType>Exe<\/OutputType>&/' ../letters/letters.csproj > mailer.csproj
unzip -p "$folder/packages/Consent.UnsubscribeLinks.$version.nupkg" README.md | sed -n '/^```csharp$/,/^```$/{//!p}' > Program.cs
dotnet build -c Release --nologo -v quiet
CONSENT_LINK_KEY=consent-link-key-1:1:a-controller:a-site:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA dotnet bin/Release/net10.0/mailer.dll > headers
[ "$(grep -c '^List-Unsubscribe: <https://consent.example.org/u/[A-Za-z0-9_-]*>$' headers)" = 2 ] && [ "$(grep -c '^List-Unsubscribe-Post: List-Unsubscribe=One-Click$' headers)" = 2 ] || { cat headers; exit 1; }
echo "A mailer of the package makes both headers for each mail."
