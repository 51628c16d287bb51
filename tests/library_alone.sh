#!/usr/bin/env bash
# Build both distributions, then install the library's wheel into an empty environment outside the tree and run its
# own tests there: alone, where it must need no engine but pandas and nothing of this checkout, and then with each
# extra in turn, which must bring all that its tests need.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
uv=${UV:-uv}
extras=(polars duckdb ibis spark files odcs)
# With what else an extra's tests need: other engines that read Parquet, what writes a workbook, what knows a schema.
declare -A beside=([files]="polars duckdb openpyxl" [odcs]="jsonschema duckdb")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$uv" build --quiet --all-packages --no-build-isolation --python .venv/bin/python --out-dir "$work/dist"
ls "$work/dist"
wheel=$(echo "$work"/dist/khrop-*.whl)
cp -r contracts/tests "$work/tests"
"$uv" venv --quiet --python "${PYTHON:-python3}" "$work/empty"
export VIRTUAL_ENV="$work/empty"
cd "$work"

# The library with the extra given, or none, and nothing that an earlier one left. The versions and hashes are those
# of the lock; the wheel comes from the folder just built. The rest is in uv's cache, as a rule, since make setup.
install() {
    local wanted=(--quiet --exact --constraint "$root/requirements.lock" --build-constraint "$root/requirements.lock"
        "khrop$1 @ file://$wheel" pytest hypothesis "${@:2}")
    "$uv" pip install --offline "${wanted[@]}" 2>/dev/null || "$uv" pip install "${wanted[@]}"
}

# The library's tests that a marker selects: at least one, and none of them skipped. Pandera tries pyspark.pandas
# wherever PySpark is installed, and that warns of pandas 3.
run_tests() {
    "$work/empty/bin/python" -m pytest -q -p no:cacheprovider --rootdir "$work" --import-mode=importlib -rs -m "$1" \
        -W error -W "ignore:PySpark does not yet fully support pandas:FutureWarning" "$work/tests" | tee "$work/told"
    if tail -n 1 "$work/told" | grep -q skipped; then
        echo "tests of the library were skipped: what they need is not in its extra" >&2
        exit 1
    fi
}

install ""
if "$uv" pip list 2>/dev/null | grep -iE '^(dagster|duckdb|polars|pyarrow|ibis.framework|pyspark|great.expectations|khrop-pipelines) '; then
    echo "the library brought in what it must not need" >&2
    exit 1
fi
any=$(printf ' or %s' "${extras[@]}")
run_tests "not (${any# or })"
for extra in "${extras[@]}"; do
    echo "With the extra $extra:"
    # shellcheck disable=SC2086
    install "[$extra]" ${beside[$extra]:-}
    run_tests "$extra"
done

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
echo "The library stands alone and with each extra, and both distributions are whole."
