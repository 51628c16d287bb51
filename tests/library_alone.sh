#!/usr/bin/env bash
# Build both distributions, then install the library's wheel alone into an empty environment outside the tree and
# run its own tests there: it must need neither Dagster nor DuckDB, and nothing of this checkout.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=${UV:-uv}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$uv" build --quiet --all-packages --no-build-isolation --python .venv/bin/python --out-dir "$work/dist"
ls "$work/dist"

"$uv" venv --quiet --python "${PYTHON:-python3}" "$work/empty"
# The versions are those of the lock; the wheel itself comes from the folder just built.
sed 's/ *\\$//; /^ *--hash/d' requirements.lock > "$work/versions.txt"
VIRTUAL_ENV="$work/empty" "$uv" pip install --quiet --constraint "$work/versions.txt" "$work"/dist/khrop-*.whl pytest hypothesis
if VIRTUAL_ENV="$work/empty" "$uv" pip list 2>/dev/null | grep -iE '^(dagster|duckdb|great.expectations|khrop-pipelines) '; then
    echo "the library brought in what it must not need" >&2
    exit 1
fi
cp -r contracts/tests "$work/tests"
cd "$work"
"$work/empty/bin/python" -m pytest -q -p no:cacheprovider --import-mode=importlib -W error "$work/tests"

# The application's wheel holds all that it needs beside its code.
"$work/empty/bin/python" - "$work"/dist/khrop_pipelines-*.whl <<'PY'
import sys, zipfile

names = set(zipfile.ZipFile(sys.argv[1]).namelist())
needed = {
    "pipelines/dagster.yaml",
    "pipelines/campaigns/info-international-agreements.toml",
    "pipelines/sample/dla-2563-06-11.txt",
    "warehouse/schema/001_raw.sql",
    "warehouse/marts/compliance.sql",
}
missing = needed - names
strangers = {n for n in names if n.split("/")[0] in ("tests", "contracts", "khrop")}
sys.exit(f"missing: {missing}, strangers: {strangers}" if missing or strangers else 0)
PY
echo "The library stands alone, and both distributions are whole."
