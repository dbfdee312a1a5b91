# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Only regular files of a bounded size are read."""

from __future__ import annotations

import os

import pytest

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._services.option_file import read_option_file


def test_a_file_is_read(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"zoe")
    assert read_option_file("src", str(path), largest=3) == b"zoe"


def test_only_regular_files_are_opened(tmp_path):
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    for path in (str(pipe), "/dev/zero", str(tmp_path)):
        with pytest.raises(InvalidInput, match=r"src: \S+ cannot be read: it is not a regular file"):
            read_option_file("src", path)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/nowhere.csv", "src: /nowhere.csv cannot be read"),
        ("a\0b", "src: the path holds a NUL"),
        ("a\ud800b", "src: .* cannot be read"),
    ],
)
def test_a_path_that_cannot_be_read_is_refused(path, reason):
    with pytest.raises(InvalidInput, match=reason):
        read_option_file("src", path)


def test_a_large_file_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"zoe!")
    with pytest.raises(InvalidInput, match=r"src: .* is larger than"):
        read_option_file("src", str(path), largest=3)
