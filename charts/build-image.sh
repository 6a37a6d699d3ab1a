#!/usr/bin/env bash
# Builds the image of one service by the .NET SDK alone, under the name $IMAGE (registry/name:tag):
#   IMAGE=consent/gateway:0.1.0 charts/build-image.sh services/gateway
# With PUSH_IMAGE=true it goes to the registry named there, otherwise to the local Docker or Podman. Both variables are those of
# Skaffold's custom builds. The base image is Microsoft's, unless the environment sets ContainerBaseImage.
set -euo pipefail
cd "$(dirname "$0")/.."
project=${1:?which project, such as services/gateway}
image=${IMAGE:?set IMAGE to the name and tag of the image}

name=${image%:*} tag=${image##*:}
case $image in *[!/]:*) ;; *) tag= ;; esac
case $tag in '' | */* | latest) echo "'$image' needs a tag after its name, and not 'latest'." >&2; exit 2 ;; esac

case $(uname -m) in x86_64) here=linux/amd64 ;; aarch64 | arm64) here=linux/arm64 ;; *) here= ;; esac
case ${PLATFORMS:-$here} in "$here") ;; *) echo "Images are built for this machine's platform ($here) only, not for $PLATFORMS." >&2; exit 2 ;; esac

to=()
# As Docker reads it: a first part with a dot or a port, or localhost, is a registry; else it belongs to the name.
registry=${name%%/*}
case $registry in "$name") registry= ;; *.* | *:* | localhost) ;; *) registry= ;; esac
if [ "${PUSH_IMAGE:-false}" = true ]; then
  [ -n "$registry" ] || { echo "'$image' names no registry to push to, such as registry.example/$image." >&2; exit 2; }
  to=("-p:ContainerRegistry=$registry")
  name=${name#*/}
fi
exec dotnet publish "$project" -c Release --nologo -t:PublishContainer "${to[@]}" "-p:ContainerRepository=$name" "-p:ContainerImageTag=$tag"
