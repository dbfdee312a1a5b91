# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs ``ansible-test sanity`` without containers, and fails if it tested nothing.

ansible-test wants the collection in a folder ``ansible_collections/NAMESPACE/NAME`` that no link leads to, so it gets
a copy of the files that git knows or would add. Its virtual environments live in a home of their own inside the
checkout, and pip comes into them from the package index, as everything else does.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

from ansible_test._internal.python_requirements import get_venv_packages

from ansible_collections.mmops.mattermost.tests.support.checkout import copy_checkout
from ansible_collections.mmops.mattermost.tests.support.results import write_suite
from ansible_collections.mmops.mattermost.tests.support.servers import ROOT

HOME = ROOT / ".cache" / "home"
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"

#: ansible-test ends well even if it found nothing to test. It then says one of these.
NOTHING_TESTED = re.compile(r"All targets skipped|No tests applicable|No targets matched", re.IGNORECASE)
TEST = re.compile(r'^Running sanity test "([^"]+)"', re.MULTILINE)

#: Far fewer tests than ansible-test has are a sign of a broken set-up.
FEWEST_TESTS = 20

PIP_SETTINGS = ("cert", "extra-index-url", "find-links", "index-url", "proxy", "timeout", "trusted-host")

BOOTSTRAP = """\
import sys

sys.path.insert(0, {wheel!r})

from pip._internal.cli.main import main

packages = [word for word in sys.argv[1:] if word not in ("--no-setuptools", "--no-wheel")]
sys.exit(main(["install", "--no-index", "--find-links", {folder!r}, *packages]))
"""


def provide_pip() -> None:
    """Puts the pip that ansible-test asks for where it looks before it downloads, with a script that installs it."""
    version = get_venv_packages(SimpleNamespace(version=PYTHON))["pip"]
    cache = HOME / ".ansible" / "test" / "cache"
    script = cache / f"get_pip_{version.replace('.', '_')}.py"
    cache.mkdir(parents=True, exist_ok=True)
    if not any(cache.glob(f"pip-{version}-*.whl")):
        print(f"Fetching pip {version} for ansible-test", flush=True)
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", cache, f"pip=={version}"], check=True
        )
    wheel = next(cache.glob(f"pip-{version}-*.whl"))
    script.write_text(BOOTSTRAP.format(wheel=str(wheel), folder=str(cache)), encoding="utf-8")


def provide_pip_settings() -> None:
    """Hands on the caller's pip settings: ansible-test drops them from the environment."""
    listing = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], check=True, stdout=subprocess.PIPE, text=True
    ).stdout
    settings: dict[str, str] = {}
    for line in listing.splitlines():
        name, value = line.split("=", 1)
        setting = name.rpartition(".")[2]
        # The environment goes before the configuration files.
        if setting in PIP_SETTINGS and (name.startswith(":env:") or setting not in settings):
            settings[setting] = str(ast.literal_eval(value)).replace("\n", "\n    ")
    lines = ["[global]", "quiet = 1", *(f"{setting} = {value}" for setting, value in settings.items())]
    path = HOME / ".config" / "pip" / "pip.conf"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def run_sanity(collection: Path, arguments: list[str]) -> tuple[int, str]:
    command = [
        Path(sys.executable).with_name("ansible-test"),
        "sanity",
        "--local",
        "--python",
        PYTHON,
        "--color",
        "no",
        *arguments,
    ]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    environment["HOME"] = str(HOME)
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    output = []
    with subprocess.Popen(
        command, cwd=collection, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            output.append(line)
    return process.returncode, "".join(output)


def main() -> int:
    start = time.monotonic()
    provide_pip()
    provide_pip_settings()
    with tempfile.TemporaryDirectory(prefix="mattermost-sanity-") as folder:
        collection = Path(folder).resolve() / "ansible_collections" / "mmops" / "mattermost"
        print(f"Testing a copy of {copy_checkout(collection)} files with Python {PYTHON}", flush=True)
        status, output = run_sanity(collection, sys.argv[1:])
    tests = TEST.findall(output)
    ignored = sorted(path.name for path in (ROOT / "tests" / "sanity").glob("ignore-*.txt"))
    problem = ""
    if status:
        problem = f"ansible-test sanity failed with status {status}"
    elif NOTHING_TESTED.search(output):
        problem = "ansible-test sanity found nothing to test"
    elif len(tests) < FEWEST_TESTS and not sys.argv[1:]:
        problem = f"ansible-test sanity ran {len(tests)} tests only"
    elif ignored:
        problem = f"Remove {', '.join(ignored)}: the collection passes without exceptions"
    write_suite("sanity", tests, problem, time.monotonic() - start)
    print(f"{'FAILED: ' + problem if problem else 'passed'}: {len(tests)} sanity tests", flush=True)
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(main())
