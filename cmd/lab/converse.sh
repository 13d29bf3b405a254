#!/bin/sh
# Runs a command with one more argument: a folder with the package of Converse.js,
# which is fetched from npm's registry, compared with what we know, and removed
# when the command has ended.
set -eu

package=converse.js-14.0.0
sha512=2c5520d37d230da955e3bbc8fefc953ea60f65f2585c56ee6eaf2fd1c1437b6cd735e786124dd4a74163fd64f34fab7ee9da3e700213a32ef77808fb44d0e3d9

if ! command -v npm >/dev/null; then
	echo 'converse.sh: npm is not there: it is needed to fetch Converse.js' >&2
	exit 1
fi

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

npm pack --silent --pack-destination "$dir" "${package%-*}@${package##*-}" >/dev/null
echo "$sha512  $dir/$package.tgz" | sha512sum --check --quiet
tar -xzf "$dir/$package.tgz" -C "$dir"
"$@" "$dir/package"
