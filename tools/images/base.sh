# The base of the images, for scripts that source this from the root (build.sh, charts/build-image.sh). With ContainerBaseImage
# (registry/name:tag) in the environment it is that one, and its digest and packages are not known.
here=tools/images out=artifacts/images
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

# Sets basename, digest and packages (a file for sbom.mjs). Only one at a time builds: they share folders. The lock is descriptor 9, closed for
# dotnet, whose own servers would keep it.
make_base() {
  mkdir -p "$out"
  if command -v flock > /dev/null; then exec 9> "$out/lock"; flock 9; fi
  if [ -n "${ContainerBaseImage:-}" ]; then
    basename=$ContainerBaseImage digest= packages=$out/none.json
    echo '[]' > "$packages"
    return
  fi
  [ "$(uname -sm)" = "Linux x86_64" ] || { echo "The base of the images is made on Linux on x86_64 only: set ContainerBaseImage to one in a registry." >&2; exit 2; }
  read -r basename digest < <(node $here/base.mjs "$out/base" | tail -n 1)
  [ -n "${digest:-}" ] || { echo "The base was not made." >&2; exit 1; }
  packages=$out/base/packages.json
}

# Sets base, where the SDK finds it for as long as the script runs.
serve_base() {
  base=$basename
  [ -z "${ContainerBaseImage:-}" ] || return 0
  coproc registry { exec node $here/serve-base.mjs "$out/base" "${basename%:*}" "${basename#*:}"; }
  read -r port <&"${registry[0]}"
  base=localhost:$port/$basename
}
