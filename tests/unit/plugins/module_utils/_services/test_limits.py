# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures and spans of time that are larger than anything reasonable."""

from __future__ import annotations

import struct
import zlib

import pytest

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._services.duration import seconds
from ansible_collections.mmops.mattermost.plugins.module_utils._services.picture import Picture


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
