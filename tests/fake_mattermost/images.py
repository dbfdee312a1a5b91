# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Profile pictures: PNG of 128 x 128, whatever was uploaded."""

from __future__ import annotations

import hashlib
import io

from PIL import Image, ImageDraw, ImageFont, ImageOps, UnidentifiedImageError

from .basics import now
from .call import Call, Response, done
from .errors import IMAGE_LIMITS, IMAGE_NO_FILE, IMAGE_NO_FORM, IMAGE_PROVIDER_ATTRIBUTE, IMAGE_TOO_LARGE, ApiError, bad_url
from .forms import files_of
from .router import operation

SIZE = (128, 128)
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF")
COLOURS = ((197, 8, 126), (227, 207, 18), (28, 181, 105), (35, 188, 224), (116, 49, 196), (197, 8, 8), (197, 134, 7))


class Images:
    """Files with pictures, by user."""

    def __init__(self):
        self._files: dict[str, bytes] = {}

    def find(self, user_id: str) -> bytes | None:
        """The file of a user. A user that was never looked at has none."""
        return self._files.get(user_id)

    def put(self, user_id: str, picture: bytes) -> None:
        """Write the file of a user."""
        self._files[user_id] = picture

    def forget_user(self, user_id: str) -> None:
        """The user is deleted for good."""
        self._files.pop(user_id, None)


def _png(picture: Image.Image) -> bytes:
    data = io.BytesIO()
    picture.save(data, "PNG")
    return data.getvalue()


def default_picture(user) -> bytes:
    """The first letter of the user's name on a colour of its own."""
    colour = COLOURS[hashlib.blake2b(user.id.encode(), digest_size=1).digest()[0] % len(COLOURS)]
    picture = Image.new("RGB", SIZE, colour)
    ImageDraw.Draw(picture).text(
        (SIZE[0] / 2, SIZE[1] / 2), user.username[:1].upper(), (255, 255, 255), ImageFont.load_default(64), anchor="mm"
    )
    return _png(picture)


def profile_picture(upload: bytes, max_pixels: int) -> bytes:
    """An uploaded picture: upright, cut to a square around its centre, and scaled."""
    try:
        with Image.open(io.BytesIO(upload), formats=FORMATS) as picture:
            if picture.width * picture.height > max_pixels:
                raise IMAGE_LIMITS()
            upright = ImageOps.exif_transpose(picture)
            return _png(ImageOps.fit(upright.convert("RGBA"), SIZE, Image.Resampling.LANCZOS))
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError) as error:
        raise IMAGE_LIMITS(str(error)) from error


def draw_default_picture(state, user) -> None:
    """Give a user the default picture."""
    time = now()
    state.images.put(user.id, default_picture(user))
    negative = state.release.default_picture_has_negative_time
    state.users.write(user.id, last_picture_update=-time if negative else 0, update_at=time)
    state.users.forget(user.id)


@operation("get_profile_image", "GET", "/users/{user_id}/image")
def get_profile_image(call: Call) -> Response:
    """The picture of a user. The first request makes the file, and has no ETag."""
    user_id = call.user_param()
    call.need_sight(user_id)
    user = call.state.users.get(user_id)
    etag = str(user.last_picture_update)
    picture = call.state.images.find(user_id)
    unchanged = call.unchanged(etag)
    if unchanged:
        return unchanged
    if picture is None:
        picture = default_picture(user)
        call.state.images.put(user_id, picture)
        return Response(picture, media_type="image/png", headers={"Cache-Control": "max-age=300, private"})
    return Response(picture, media_type="image/png", headers={"Cache-Control": "max-age=86400, private", "ETag": etag})


@operation("get_default_profile_image", "GET", "/users/{user_id}/image/default")
def get_default_profile_image(call: Call) -> Response:
    """The picture that a user has without an upload."""
    user_id = call.user_param()
    call.need_sight(user_id)
    user = call.state.users.get(user_id)
    return Response(default_picture(user), media_type="image/png", headers={"Cache-Control": "max-age=86400, private"})


@operation("set_profile_image", "POST", "/users/{user_id}/image", takes_files=True)
def set_profile_image(call: Call) -> Response:
    """Upload a picture. The same one again changes nothing."""
    user_id = call.user_param()
    call.need_right_over(user_id)
    settings = call.state.settings
    if len(call.body) > settings["FileSettings"]["MaxFileSize"]:
        raise IMAGE_TOO_LARGE()
    try:
        files = files_of(call)
    except ValueError as error:
        raise IMAGE_NO_FORM(str(error)) from error
    if "image" not in files:
        raise IMAGE_NO_FILE()
    try:
        user = call.state.users.get(user_id)
    except ApiError as error:
        raise bad_url("user_id") from error
    if user.is_ldap and settings["LdapSettings"]["PictureAttribute"]:
        raise IMAGE_PROVIDER_ATTRIBUTE()
    picture = profile_picture(files["image"], settings["FileSettings"]["MaxImageResolution"])
    if picture != call.state.images.find(user_id):
        call.state.images.put(user_id, picture)
        time = now()
        call.state.users.write(user_id, last_picture_update=time, update_at=time)
        call.state.users.forget(user_id)
    call.audit("")
    return done()


@operation("set_default_profile_image", "DELETE", "/users/{user_id}/image")
def set_default_profile_image(call: Call) -> Response:
    """Go back to the default picture."""
    user_id = call.user_param()
    call.need_right_over(user_id)
    user = call.state.users.get(user_id)
    draw_default_picture(call.state, user)
    call.audit("")
    return done()
