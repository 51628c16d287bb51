#!/usr/bin/env bash
# Build both distributions, then install the library's wheel into an empty environment outside the tree and run its
# own tests there: alone, where it must need no engine but pandas and nothing of this checkout, and then with each
# extra, in a copy of that environment, which must bring all that its tests need. As many at once as there are cores.
set -euo pipefail
cd "$(dirname "$0")/.."
export root=$PWD uv=${UV:-uv}
extras=(spark polars duckdb ibis files odcs)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export work

"$uv" build --quiet --all-packages --no-build-isolation --python .venv/bin/python --out-dir "$work/dist"
ls "$work/dist"
cp -r contracts/tests "$work/tests"
"$uv" venv --quiet --python "${PYTHON:-python3}" "$work/alone"
cd "$work"
wheel=$(echo "$work"/dist/khrop-*.whl)
any=$(printf ' or %s' "${extras[@]}")
export wheel any

# The library with an extra, or none, in the environment of that name. The versions and hashes are those of the lock;
# the wheel comes from the folder just built. The rest is in uv's cache, as a rule, since make setup.
install() {
    local environment=$1 extra=$2
    local wanted=(--quiet --exact --python "$work/$environment/bin/python" --constraint "$root/requirements.lock"
        --build-constraint "$root/requirements.lock" "khrop$extra @ file://$wheel" pytest hypothesis "${@:3}")
    "$uv" pip install --offline "${wanted[@]}" 2>/dev/null || "$uv" pip install "${wanted[@]}"
}

# The library's tests that a marker selects: at least one, and none of them skipped. Pandera tries pyspark.pandas
# wherever PySpark is installed, and that warns of pandas 3.
run_tests() {
    local environment=$1 selected=$2
    "$work/$environment/bin/python" -m pytest -q -p no:cacheprovider --import-mode=importlib --rootdir "$work" -rs \
        -m "$selected" -W error -W "ignore:PySpark does not yet fully support pandas:FutureWarning" "$work/tests"
}

# One environment's tests; what they print is shown in one piece, behind what is tested.
tested() {
    local name=$1 beside=() code=0
    # With what else an extra's tests need: other engines that read Parquet, what writes a workbook, what knows a schema,
    # what Spark Connect speaks.
    case $name in
        spark) beside=("pyspark[connect]") ;;
        files) beside=(polars duckdb openpyxl) ;;
        odcs) beside=(jsonschema duckdb) ;;
    esac
    {
        if [ "$name" = alone ]; then
            run_tests alone "not (${any# or })"
        else
            install "$name" "[$name]" "${beside[@]}" && run_tests "$name" "$name"
        fi
    } > "$work/$name.log" 2>&1 || code=$?
    echo "The library, $name:"
    cat "$work/$name.log"
    if tail -n 1 "$work/$name.log" | grep -q skipped; then
        echo "tests of the library were skipped: what they need is not in its extra" >&2
        code=1
    fi
    return "$code"
}
export -f install run_tests tested

install alone "" --compile-bytecode
if "$uv" pip list --python "$work/alone/bin/python" 2>/dev/null |
    grep -iE '^(dagster|duckdb|polars|pyarrow|ibis.framework|pyspark|great.expectations|khrop-pipelines) '; then
    echo "the library brought in what it must not need" >&2
    exit 1
fi
for extra in "${extras[@]}"; do
    cp -a --link "$work/alone" "$work/$extra"
done
printf '%s\n' alone "${extras[@]}" | xargs -P "$(nproc)" -I NAME bash -c 'set -eo pipefail; tested NAME'

# The application's wheel holds all that it needs beside its code.
"$work/alone/bin/python" - "$work"/dist/khrop_pipelines-*.whl <<'PY'
import sys, zipfile

names = set(zipfile.ZipFile(sys.argv[1]).namelist())
needed = {
    "pipelines/dagster.yaml",
    "pipelines/campaigns/info-international-agreements.toml",
    "pipelines/sample/dla-2563-06-11.txt",
    "warehouse/schema/001_raw.sql",
    "warehouse/province_progress/marts/compliance.sql",
    "pipelines/publishing/site/templates/base.html",
    "pipelines/publishing/site/assets/fonts/sarabun-regular.woff2",
    "pipelines/datasets/province_progress/site/templates/front.html",
}
missing = needed - names
strangers = {n for n in names if n.split("/")[0] in ("tests", "contracts", "khrop")}
sys.exit(f"missing: {missing}, strangers: {strangers}" if missing or strangers else 0)
PY
echo "The library stands alone and with each extra, and both distributions are whole."
