#!/usr/bin/env bash
# Run the GPU benchmark without network: run.sh [--tiny] [--out FOLDER] [--only PART,PART] [--minutes 9.5]
# PYTHON names the Python that has torch and transformers; python3 by default.
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
python="${PYTHON:-python3}"
export PYTHONPATH="$root${PYTHONPATH:+:$PYTHONPATH}" HF_HUB_OFFLINE=1 TOKENIZERS_PARALLELISM=false

# Modules that this Python lacks come from the tarball's wheels, unpacked next to them. Nothing is installed.
if [ -d "$root/wheels" ]; then
  "$python" - "$root" <<'PYTHON'
import importlib.util, sys, zipfile
from pathlib import Path

root = Path(sys.argv[1])
own = f"cp{sys.version_info.major}{sys.version_info.minor}-"
for wheel in sorted((root / "wheels").glob("*.whl")):
    name, fits = wheel.name.split("-")[0], "-none-any" in wheel.name or own in wheel.name
    if fits and importlib.util.find_spec(name) is None:
        print(f"{name}: not installed here, taken from {wheel.name}", file=sys.stderr)
        zipfile.ZipFile(wheel).extractall(root / "modules")
PYTHON
  export PYTHONPATH="$PYTHONPATH:$root/modules"
fi
exec "$python" "$root/benchmarks/gpu/benchmark.py" "$@"
