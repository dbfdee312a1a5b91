# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Upload sessions."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from . import bodies
from .basics import new_id, now
from .call import Call, Response, reply
from .channels import need_channel
from .errors import UPLOADS_OF_OTHER, bad_body
from .router import operation

BODY = {"channel_id": "text", "filename": "text", "file_size": "number"}


@dataclass(frozen=True)
class Upload:
    """A file that is announced. Its content is not modelled."""

    user_id: str
    channel_id: str
    filename: str
    file_size: int
    type: str = "attachment"
    file_offset: int = 0
    remote_id: str = ""
    req_file_id: str = ""
    id: str = field(default_factory=new_id)
    create_at: int = field(default_factory=now)


class Uploads:
    """All upload sessions."""

    def __init__(self):
        self._rows: list[Upload] = []

    def add(self, upload: Upload) -> None:
        """Keep an upload session."""
        self._rows.append(upload)

    def of(self, user_id: str) -> list[Upload]:
        """The upload sessions of a user."""
        return [upload for upload in self._rows if upload.user_id == user_id]

    def forget_user(self, user_id: str) -> None:
        """The user is deleted for good."""
        self._rows = [upload for upload in self._rows if upload.user_id != user_id]


@operation("create_upload", "POST", "/uploads")
def create_upload(call: Call) -> Response:
    """Announce the upload of a file."""
    try:
        body = bodies.record(call.body, BODY)
    except bodies.BadBody as error:
        raise bad_body("upload") from error
    need_channel(call, body.get("channel_id", ""))
    upload = Upload(call.user_id, body["channel_id"], body.get("filename", ""), body.get("file_size", 0))
    call.state.uploads.add(upload)
    return reply(asdict(upload), 201)


@operation("get_uploads_for_user", "GET", "/users/{user_id}/uploads", local=True)
def get_uploads_for_user(call: Call) -> Response:
    """The upload sessions of a user: visible to nobody else, not even to administrators."""
    user_id = call.user_param()
    if user_id != call.user_id and not call.local:
        raise UPLOADS_OF_OTHER()
    return reply([asdict(upload) for upload in call.state.uploads.of(user_id)])
