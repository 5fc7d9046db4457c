# What the scripts of this folder have in common; sourced, not run. `here` is this folder, `root` that of the
# project, `out` where generated clients and logs go.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
out=$root/target/contract
log=$(mktemp)
trap 'rm -f "$log"' EXIT
mkdir -p "$out"
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true NO_UPDATE_NOTIFIER=1 PYTHONDONTWRITEBYTECODE=1

failed=()

# left_out WHAT WHY
left_out() {
  if [ "${CI:-}" = true ]; then
    echo "contract: $1 could not be run: $2" >&2
    tail -n 20 "$log" >&2
    failed+=("$1")
  else
    echo "contract: $1 left out: $2"
  fi
}

# check NAME COMMAND…: quiet when it passes.
check() {
  local name=$1 code=0
  shift
  SECONDS=0
  "$@" >"$log" 2>&1 || code=$?
  if [ "$code" -eq 0 ]; then
    echo "contract: $name passed in $SECONDS s"
  else
    # The validator prints the whole document at an unresolved reference.
    cut -c1-1000 "$log"
    echo "contract: $name FAILED (exit code $code)"
    failed+=("$name")
  fi
}

# finish: the exit code of all of it.
finish() {
  if [ ${#failed[@]} -gt 0 ]; then
    printf 'contract: FAILED:%s\n' "$(printf ' %s,' "${failed[@]}" | sed 's/,$//')" >&2
    exit 1
  fi
  exit 0
}

# openapi30 DOCUMENT: the document as OpenAPI 3.0 for progenitor, $out/openapi-3.0.json; needs Node and Python.
openapi30() {
  "$here/node_modules/.bin/openapi-down-convert" --input "$1" --output "$out/openapi-3.0.json" &&
    python3 "$here/openapi30.py" "$out/openapi-3.0.json" "$out/openapi-3.0.json"
}

# current STAMP LIST: the tools were installed from the list as it is now.
current() { [ -e "$1" ] && [ ! "$2" -nt "$1" ]; }

install_node() {
  current "$here/node_modules/.installed" "$here/package-lock.json" && return
  command -v npm >/dev/null || return
  echo "contract: installing the tools of package-lock.json"
  npm ci --prefix "$here" --ignore-scripts --no-audit --no-fund --fetch-retries=1 --fetch-timeout=60000 >"$log" 2>&1 &&
    touch "$here/node_modules/.installed"
}

install_python() {
  current "$here/.venv/.installed" "$here/requirements.txt" && return
  command -v python3 >/dev/null || return
  echo "contract: installing the tools of requirements.txt"
  {
    python3 -m venv "$here/.venv" &&
      "$here/.venv/bin/pip" install -q --retries 1 --disable-pip-version-check -r "$here/requirements.txt"
  } >"$log" 2>&1 && touch "$here/.venv/.installed"
}
