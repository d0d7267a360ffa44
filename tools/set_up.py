"""Set-up: have pip fill this environment, say how far it is, and say what is in its way: ``python tools/set_up.py -c constraints.txt -e .``.

It runs before anything is installed, so it has nothing but Python. What pip has been told on this computer, by variables or in files,
counts as far as it brings packages. Anything else, such as to install for the user or into another folder, would leave this
environment empty.
"""

import ast
import os
import re
import subprocess
import sys
from typing import Final

# The settings of pip that say where packages are found, and how they are reached.
FETCHING: Final = (
    *("index-url", "extra-index-url", "find-links", "no-index", "prefer-binary", "constraint", "build-constraint"),
    *("cert", "client-cert", "trusted-host", "proxy", "keyring-provider", "timeout", "default-timeout", "retries"),
    *("cache-dir", "no-cache-dir", "use-feature", "use-deprecated"),
)
PIP: Final = (sys.executable, "-m", "pip")
# What pip's list of its settings would itself be bent by.
PLAINLY: Final = {"PIP_USER": "0", "PIP_GLOBAL": "0", "PIP_SITE": "0", "PIP_QUIET": "0"}
_SETTING: Final = re.compile(r"^(global|install|:env:)\.([\w-]+)=(.*)$", re.MULTILINE)
_OFFLINE: Final = re.compile(r"NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|ProxyError|Network is unreachable")
TROUBLE: Final = "Some packages could not be installed. What pip says of it stands above. Then run the same command again to continue."
OFFLINE: Final = "Some packages could not be fetched. Is this computer online? Run the same command again to continue."


def main(words: list[str]) -> int:
    """Install what some words for pip name; return 0 if all is there."""
    command = [*PIP, "install", "--disable-pip-version-check", "--progress-bar", "off", *words]
    said, found = [], 0
    with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace") as pip:
        assert pip.stdout
        for line in map(str.strip, pip.stdout):
            said.append(line)
            if line.startswith("Collecting "):
                found += 1
                _tell(found)
            elif line.startswith("Installing collected packages: "):
                print(f"\n  Installing {line.count(',') + 1} packages. This takes a minute or two ...", flush=True)
    if pip.returncode:
        complaints = [line for line in said if line.lower().startswith("error")] or said[-5:]
        print("\n", *complaints, OFFLINE if _OFFLINE.search(" ".join(said)) else TROUBLE, sep="\n", file=sys.stderr)
    return pip.returncode


def environment() -> dict[str, str]:
    """Return the variables with which pip brings packages as it was told to, and puts them here."""
    listed = subprocess.run([*PIP, "config", "list"], env={**os.environ, **PLAINLY}, stdout=subprocess.PIPE, text=True, check=True).stdout
    settings = {scope: dict[str, str]() for scope in ("global", "install", ":env:")}
    for scope, name, value in _SETTING.findall(listed):
        settings[scope][name.replace("_", "-")] = str(ast.literal_eval(value))
    told = {name: value for scope in settings.values() for name, value in scope.items() if name in FETCHING and value}
    others = {name: value for name, value in os.environ.items() if not name.upper().startswith("PIP_")}
    # With these variables, pip reads none of its files.
    return {**others, "PIP_CONFIG_FILE": os.devnull, **{f"PIP_{name.upper().replace('-', '_')}": value for name, value in told.items()}}


def _tell(found: int) -> None:
    # Over the last one where somebody looks on, and now and then where it is written down.
    if sys.stdout.isatty():
        print(f"\r  {found} packages found", end="", flush=True)
    elif found % 25 == 0:
        print(f"  {found} packages found", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
