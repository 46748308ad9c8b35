#!/usr/bin/env bash
# Pack the GPU benchmark and what it runs into one tarball: pack.sh [FILE.tar.gz]. Takes the committed files.
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
out="$(realpath -m "${1:-gpu-benchmark.tar.gz}")"
python="${PYTHON:-python3}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
top="$work/gpu-benchmark"
mkdir -p "$top/wheels"
git -C "$root" archive HEAD corpora trainer benchmarks/gpu benchmarks/distill.py LICENSE | tar -x -C "$top"

# Small modules that a machine with torch and transformers may lack. NO_WHEELS=1 leaves them out.
if [ -z "${NO_WHEELS:-}" ]; then
  get=("$python" -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: -c "$root/constraints.txt" -d "$top/wheels")
  "${get[@]}" lazy_loader pluggy platformdirs
  for version in 3.11 3.12 3.13; do
    "${get[@]}" --python-version "$version" --platform manylinux2014_x86_64 --platform manylinux_2_28_x86_64 msgspec
  done
  # 45 MB: for the one Python version of the GPU machine.
  "${get[@]}" --python-version "${TARGET:-3.12}" --platform manylinux2014_x86_64 --platform manylinux_2_28_x86_64 pyarrow
fi

tar -czf "$out" -C "$work" gpu-benchmark
size="$(stat -c %s "$out")"
[ "$size" -lt $((60 * 1024 * 1024)) ] || { echo "$out is $size bytes; the limit is 60 MiB" >&2; exit 1; }
echo "$out: $size bytes"
