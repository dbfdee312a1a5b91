# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files in a multipart form."""

from __future__ import annotations

from email.message import Message

from python_multipart.multipart import MultipartParser

from .call import Call


def files_of(call: Call) -> dict[str, bytes]:
    """The files of the form in the body, by field. ValueError if the body is not a form."""
    header = Message()
    header["Content-Type"] = call.headers.get("content-type", "")
    boundary = header.get_boundary()
    if header.get_content_type() != "multipart/form-data" or not boundary:
        raise ValueError("no multipart form")
    parts = _Parts()
    parser = MultipartParser(boundary, parts.callbacks)
    parser.write(call.body)
    parser.finalize()
    return parts.files


class _Parts:
    """Collects the parts that a parser finds; a part with a file name is a file."""

    def __init__(self):
        self.files: dict[str, bytes] = {}
        self._headers, self._name, self._value, self._data = Message(), b"", b"", b""
        self.callbacks = {
            "on_part_begin": self._begin,
            "on_header_field": self._field,
            "on_header_value": self._header,
            "on_header_end": self._header_end,
            "on_part_data": self._add,
            "on_part_end": self._end,
        }

    def _begin(self) -> None:
        self._headers, self._data = Message(), b""

    def _field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        self._headers[self._name.decode("latin-1")] = self._value.decode("latin-1")
        self._name = self._value = b""

    def _add(self, data: bytes, start: int, end: int) -> None:
        self._data += data[start:end]

    def _end(self) -> None:
        field = self._headers.get_param("name", header="Content-Disposition")
        if isinstance(field, str) and self._headers.get_filename() is not None:
            self.files.setdefault(field, self._data)
