# Sourced by the scripts beside it: finds or installs what they need, and says what is missing when it may not.
# shellcheck shell=bash

repository="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$repository"
venv="$repository/.venv"
target_dir="${CARGO_TARGET_DIR:-$repository/target}"

say() { printf '\n== %s\n' "$*"; }

# need COMMAND PACKAGE...: the Debian packages are installed only when the command is missing.
missing_packages=()
need() {
  local command=$1
  shift
  command -v "$command" >/dev/null || missing_packages+=("$@")
}

install_missing_packages() {
  [ ${#missing_packages[@]} -gt 0 ] || return 0
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    as_root=(sudo --non-interactive)
  fi
  if command -v apt-get >/dev/null && "${as_root[@]}" true 2>/dev/null; then
    say "Installing ${missing_packages[*]}"
    "${as_root[@]}" apt-get update -qq
    DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing_packages[@]}"
  else
    echo "Please install what Debian calls: ${missing_packages[*]}" >&2
    exit 1
  fi
}

need_rust() {
  if ! command -v cargo >/dev/null; then
    echo "Please install Rust 1.95 or newer with rustup." >&2
    exit 1
  fi
}

# The Python of the tests: a virtual environment with exactly what requirements.txt pins.
need_python() {
  need python3 python3 python3-venv
  python3 -c 'import ensurepip, venv' 2>/dev/null || missing_packages+=(python3-venv)
  install_missing_packages
  local pinned="$repository/e2e/python/requirements.txt"
  if ! cmp -s "$pinned" "$venv/requirements.txt"; then
    say "Installing the Python clients"
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --requirement "$pinned"
    cp "$pinned" "$venv/requirements.txt"
  fi
}

# Real databases and their own clients, which the stories of rotation start for themselves.
need_databases() {
  compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || missing_packages+=(postgresql)
  [ -x /usr/sbin/mariadbd ] || missing_packages+=(mariadb-server)
  need redis-server redis-server
  need psql postgresql-client
  need mysql mariadb-client
  need redis-cli redis-tools
  need openssl openssl
}

# The Python of functions: one that they find by themselves, with AWS's own runtime client.
need_python_of_functions() {
  local system_python pinned="$repository/crates/edge/functions/tests/requirements.txt" folder="$target_dir/awslambdaric"
  system_python="$(PATH=/usr/local/bin:/usr/bin:/bin command -v python3)" || missing_packages+=(python3)
  "${system_python:-python3}" -c 'import ensurepip, venv' 2>/dev/null || missing_packages+=(python3-venv)
  install_missing_packages
  system_python="$(PATH=/usr/local/bin:/usr/bin:/bin command -v python3)"
  if ! cmp -s "$pinned" "$folder/requirements.txt"; then
    say "Installing the Python clients of functions"
    rm -rf "$folder"
    "$system_python" -m venv "$folder"
    "$folder/bin/pip" install --quiet --disable-pip-version-check --no-deps --requirement "$pinned"
    cp "$pinned" "$folder/requirements.txt"
  fi
  export AWSLAMBDARIC_PYTHON="$folder/bin/python"
}

need_node() {
  need node nodejs
  need npm npm
  install_missing_packages
  local major
  major="$(node --print 'process.versions.node.split(".")[0]')"
  if [ "$major" -lt 20 ]; then
    echo "Please install Node.js 20 or newer for the JavaScript SDK; this is version $(node --version)." >&2
    exit 1
  fi
  say "Installing the JavaScript client"
  (cd "$repository/e2e/node" && npm ci --silent)
}
