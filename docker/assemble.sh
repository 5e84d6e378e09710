#!/bin/sh
# assemble.sh OUT: puts what the image holds into OUT/app, and an empty OUT/data.
# Where the context brings `prebuilt/` (scripts/docker-image.mjs makes it), nothing is fetched; else npm builds here.
set -eu
out=$1
mkdir -p "$out/app" "$out/data"
if [ -d prebuilt ]; then
  cp -r prebuilt/. "$out/app/"
else
  npm ci --ignore-scripts
  node_modules/.bin/nest build
  npm sbom --package-lock-only --omit=dev --sbom-format cyclonedx >"$out/app/sbom.cdx.json"
  npm ci --ignore-scripts --omit=dev
  cp -r dist node_modules package.json "$out/app/"
fi
mkdir -p "$out/app/docker"
cp docker/healthcheck.mjs docker/first-start.mjs "$out/app/docker/"
