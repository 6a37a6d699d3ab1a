#!/usr/bin/env bash
# Builds the image of one service by the .NET SDK alone, under the name $IMAGE (registry/name:tag):
#   IMAGE=consent/gateway:0.1.0 charts/build-image.sh services/gateway
# With PUSH_IMAGE=true it goes to the registry named there, otherwise to the local Docker or Podman. Both variables are those of
# Skaffold's custom builds. It is published as tools/images/build.sh does, on the same base (or ContainerBaseImage, of the environment), but
# goes out as the SDK packs it: the same files, with the times of this build, and so another digest.
set -euo pipefail
cd "$(dirname "$0")/.."
project=${1:?which project, such as services/gateway}
image=${IMAGE:?set IMAGE to the name and tag of the image}

name=${image%:*} tag=${image##*:}
case $image in *[!/]:*) ;; *) tag= ;; esac
case $tag in '' | */* | latest) echo "'$image' needs a tag after its name, and not 'latest'." >&2; exit 2 ;; esac

case ${PLATFORMS:-linux/amd64} in linux/amd64) ;; *) echo "Images are built for linux/amd64 only, not for $PLATFORMS." >&2; exit 2 ;; esac

# Docker's own form: not every Docker loads an archive of the other.
to=(-p:ContainerImageFormat=Docker)
# As Docker reads it: a first part with a dot or a port, or localhost, is a registry; else it belongs to the name.
registry=${name%%/*}
case $registry in "$name") registry= ;; *.* | *:* | localhost) ;; *) registry= ;; esac
if [ "${PUSH_IMAGE:-false}" = true ]; then
  [ -n "$registry" ] || { echo "'$image' names no registry to push to, such as registry.example/$image." >&2; exit 2; }
  to=("-p:ContainerRegistry=$registry")
  name=${name#*/}
fi

# A tree with changes is no revision.
revision=${CONSENT_REVISION:-$(git diff --quiet HEAD 2> /dev/null && git rev-parse HEAD || true)}
. tools/images/base.sh
make_base
serve_base
# What an earlier publication left there would stay where it is newer.
rm -rf "$out/build/publish"
dotnet publish "$project" -c Release --nologo -t:PublishContainer -p:ConsentImage=true "${to[@]}" "-p:ContainerRepository=$name" "-p:ContainerImageTag=$tag" \
  "-p:ContainerBaseImage=$base" "-p:ConsentBaseName=$basename" "-p:ConsentBaseDigest=$digest" "-p:ConsentRevision=$revision" "-p:ConsentSource=${CONSENT_SOURCE:-}" 9>&-
