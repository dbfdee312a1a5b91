# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Profile pictures: does a file show what the server shows already?

The server turns every picture upright, crops it to a square around the centre, scales it to 128 by 128 and stores a
PNG, so files cannot be compared byte by byte. Here the same is done to the file, and the pixels are compared.
"""

from __future__ import annotations

import io
import os
import warnings
from dataclasses import dataclass, field

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput, MissingLibrary
from ansible_collections.mmops.mattermost.plugins.module_utils._services.option_file import read_option_file

try:
    from PIL import Image, ImageChops, ImageOps, ImageStat

    HAS_PILLOW = True
    _NO_PICTURE: tuple = (OSError, ValueError, SyntaxError, Image.DecompressionBombError)
except ImportError:
    HAS_PILLOW = False

_SIZE = (128, 128)

#: The server's default. A small file may hold more than the memory does.
_MOST_PIXELS = 7680 * 4320

#: Largest mean difference of a colour channel (0 to 255) that counts as equal, for the whole picture and for any of its
#: squares of 8 by 8. Two scaling libraries differ by up to 3 and 9. A small badge changes the whole by less than 1, but
#: a square by more than 50.
_TOLERANCE = 4.0
_TOLERANCE_OF_SQUARE = 16
_SQUARES = (16, 16)


class _TooManyPixels(ValueError):
    """The picture is not decoded."""


@dataclass(frozen=True)
class Picture:
    """A picture file. ``name`` is its file name."""

    name: str
    content: bytes = field(repr=False)

    @classmethod
    def read(cls, path: str) -> Picture:
        """Raises ``InvalidInput`` if there is no such file or it is not a picture, ``MissingLibrary`` without Pillow."""
        if not HAS_PILLOW:
            raise MissingLibrary("Pillow", "comparing profile pictures")
        content = read_option_file("image", path)
        picture = cls(os.path.basename(path), content)
        try:
            picture._as_stored(content)
        except _TooManyPixels as error:
            raise InvalidInput(
                f"image: {path} has {error} pixels, more than a server takes (FileSettings.MaxImageResolution)",
                f"Give a picture of at most {_MOST_PIXELS:,} pixels; the server scales it down to 128 x 128",
            ) from None
        except _NO_PICTURE:
            raise InvalidInput(
                f"image: {path} cannot be read as a picture", "Give a PNG, JPEG, GIF, BMP, WebP or TIFF file"
            ) from None
        return picture

    def upload(self) -> tuple:
        """File name and bytes."""
        return self.name, self.content

    def shows_the_same_as(self, stored: bytes) -> bool:
        """Whether the server would store this picture as it stores ``stored`` (a PNG of the server) now."""
        try:
            difference = ImageChops.difference(self._as_stored(self.content), self._as_stored(stored))
        except _NO_PICTURE:
            return False  # what is stored cannot be read
        if self._is_stored_unchanged():
            return difference.getbbox() is None
        squares = difference.resize(_SQUARES, Image.Resampling.BOX)
        return (
            max(ImageStat.Stat(difference).mean) <= _TOLERANCE
            and max(most for _least, most in ImageStat.Stat(squares).extrema) <= _TOLERANCE_OF_SQUARE
        )

    def _is_stored_unchanged(self) -> bool:
        with Image.open(io.BytesIO(self.content)) as image:
            return image.format == "PNG" and image.size == _SIZE

    @staticmethod
    def _as_stored(content):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the check of the size is the stricter one
            opened = Image.open(io.BytesIO(content))
        with opened as image:
            if image.width * image.height > _MOST_PIXELS:
                raise _TooManyPixels(f"{image.width} x {image.height}")
            upright = ImageOps.exif_transpose(image).convert("RGBA")
        if upright.size != _SIZE:
            upright = ImageOps.fit(upright, _SIZE, Image.Resampling.LANCZOS)
        # The colour of what cannot be seen does not count.
        canvas = Image.new("RGBA", _SIZE, (255, 255, 255, 255))
        return Image.alpha_composite(canvas, upright).convert("RGB")
