# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that options name: only regular ones are read, and no more of them than is reasonable."""

from __future__ import annotations

import os
import struct
import zlib

import pytest

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._services.duration import seconds
from ansible_collections.mmops.mattermost.plugins.module_utils._services.option_file import read_option_file
from ansible_collections.mmops.mattermost.plugins.module_utils._services.picture import Picture


def test_a_file_is_read(tmp_path):
    (tmp_path / "file").write_bytes(b"content")
    (tmp_path / "link").symlink_to("file")
    assert read_option_file("src", str(tmp_path / "link")) == b"content"


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null", "/"])
def test_a_device_and_a_directory_are_refused(path):
    with pytest.raises(InvalidInput, match=f"^src: {path} "):
        read_option_file("src", path)


def test_a_pipe_is_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InvalidInput, match="not a regular file"):
        read_option_file("src", str(tmp_path / "pipe"))


@pytest.mark.parametrize("path", ["/nowhere/file", "a\0b"])
def test_a_path_that_cannot_be_opened_is_named(path):
    with pytest.raises(InvalidInput, match=r"src: .* cannot be read"):
        read_option_file("src", path)


def test_a_file_that_is_too_large_is_not_read(tmp_path):
    with open(tmp_path / "file", "wb") as file:
        file.truncate(1024 * 1024 + 1)
    with pytest.raises(InvalidInput, match="larger than 1 MB"):
        read_option_file("src", str(tmp_path / "file"), 1024 * 1024)


def png(width, height):
    """A picture of one colour, which is small as a file."""

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    packer = zlib.compressobj()
    rows = b"".join(packer.compress(bytes(1 + width // 8)) for _row in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_a_decompression_bomb_is_refused(tmp_path):
    (tmp_path / "bomb.png").write_bytes(png(12000, 12000))
    with pytest.raises(InvalidInput, match="12000 x 12000 pixels"):
        Picture.read(str(tmp_path / "bomb.png"))
    (tmp_path / "small.png").write_bytes(png(800, 600))
    assert Picture.read(str(tmp_path / "small.png")).name == "small.png"


@pytest.mark.parametrize("text", ["1000000d", "9" * 5000 + "w"])
def test_a_span_over_the_limit_is_out_of_range(text):
    with pytest.raises(InvalidInput, match=r"^overlap: .* is out of range"):
        seconds("overlap", text)
    assert seconds("overlap", "000000090d") == 90 * 86400
