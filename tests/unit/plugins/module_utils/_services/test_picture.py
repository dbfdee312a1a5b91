# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is a picture file what the server shows already? It is compared with what a server would have stored."""

from __future__ import annotations

import io
import random

import pytest
from PIL import Image, ImageDraw, ImageOps

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput, MissingLibrary
from ansible_collections.mmops.mattermost.plugins.module_utils._services import picture
from ansible_collections.mmops.mattermost.plugins.module_utils._services.picture import Picture

#: Filters of scaling libraries that servers use.
FILTERS = [Image.Resampling.LANCZOS, Image.Resampling.BICUBIC]
ORIENTATION = 0x0112


def photo(width=640, height=480, seed=1, mode="RGB"):
    """A picture with many colours and edges."""
    chance = random.Random(seed)  # noqa: S311  the same picture each time
    image = Image.new(mode, (width, height))
    draw = ImageDraw.Draw(image)
    for _unused in range(200):
        left, top, size = chance.randrange(width), chance.randrange(height), chance.randrange(5, width // 4)
        draw.ellipse((left, top, left + size, top + size), fill=tuple(chance.randrange(256) for _unused in mode))
    return image


def encoded(image, kind="PNG", **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def stored(image, how=Image.Resampling.LANCZOS):
    """The bytes that a server keeps of a picture."""
    return encoded(ImageOps.fit(image, (128, 128), how))


@pytest.fixture
def read(tmp_path):
    """Makes the picture of a file with this content."""

    def make(content, name="face.png"):
        path = tmp_path / name
        path.write_bytes(content)
        return Picture.read(str(path))

    return make


@pytest.mark.parametrize("how", FILTERS)
@pytest.mark.parametrize("size", [(640, 480), (481, 640), (128, 200), (1000, 130), (60, 60), (129, 129)])
def test_the_picture_that_was_uploaded_is_the_same(read, size, how):
    original = photo(*size)

    assert read(encoded(original)).shows_the_same_as(stored(original, how))


@pytest.mark.parametrize(
    ("kind", "options"),
    [("JPEG", {"quality": 95}), ("JPEG", {"quality": 75}), ("GIF", {}), ("BMP", {}), ("WEBP", {"quality": 90}), ("TIFF", {})],
)
def test_the_format_of_the_file_does_not_matter(read, kind, options):
    assert read(encoded(photo(), kind, **options)).shows_the_same_as(stored(photo()))


@pytest.mark.parametrize("size", [(320, 240), (1280, 960)])
def test_another_size_of_the_same_picture_is_the_same(read, size):
    assert read(encoded(photo().resize(size))).shows_the_same_as(stored(photo()))


@pytest.mark.parametrize("mode", ["RGBA", "LA", "L", "P", "1", "CMYK", "I;16"])
def test_the_colours_of_a_file_may_be_stored_in_any_way(read, mode):
    original = photo().convert("L").convert("I;16") if mode == "I;16" else photo().convert(mode)
    content = encoded(original, "TIFF" if mode == "CMYK" else "PNG")

    assert read(content).shows_the_same_as(stored(Image.open(io.BytesIO(content)).convert("RGBA")))


def test_the_colour_of_transparent_pixels_does_not_matter(read):
    black, red = (Image.new("RGBA", (128, 128), colour) for colour in ((0, 0, 0, 0), (255, 0, 0, 0)))

    assert read(encoded(black)).shows_the_same_as(stored(red))


def other_pictures():
    yield photo(seed=2)
    yield ImageOps.mirror(photo())
    yield photo().rotate(180)
    yield ImageOps.invert(photo())
    yield photo().convert("L").convert("RGB")
    yield Image.new("RGB", (640, 480))
    badge = photo()
    ImageDraw.Draw(badge).ellipse((500, 380, 540, 420), fill="red")
    yield badge


@pytest.mark.parametrize("other", list(other_pictures()))
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_another_picture_differs(read, other, kind):
    assert not read(encoded(other, kind)).shows_the_same_as(stored(photo()))


def test_a_small_badge_makes_another_picture(read):
    """It changes few pixels, so that the mean of the whole picture hardly moves."""
    badge = photo(512, 512)
    ImageDraw.Draw(badge).ellipse((400, 400, 432, 432), fill="red")

    assert not read(encoded(badge)).shows_the_same_as(stored(photo(512, 512)))


def test_a_picture_that_the_server_keeps_as_it_is_must_be_equal_to_the_pixel(read):
    original = photo(128, 128)
    changed = original.copy()
    red, green, blue = changed.getpixel((5, 7))
    changed.putpixel((5, 7), (red, green, blue ^ 1))

    assert read(encoded(original)).shows_the_same_as(encoded(original, compress_level=0))
    assert not read(encoded(changed)).shows_the_same_as(encoded(original))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_camera_held_sideways_is_turned_upright(read, orientation):
    original = photo()
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    content = encoded(original, "JPEG", quality=95, exif=exif)
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(content)))

    assert read(content).shows_the_same_as(stored(upright))
    assert read(content).shows_the_same_as(stored(original)) == (orientation == 1)


def test_a_moving_picture_is_its_first_frame(read):
    content = encoded(photo(), "GIF", save_all=True, append_images=[photo(seed=2)])

    assert read(content).shows_the_same_as(stored(photo()))


@pytest.mark.parametrize("content", [b"", b"<html>", encoded(photo())[:3000]])
def test_an_unreadable_stored_picture_is_not_the_same(read, content):
    assert not read(encoded(photo())).shows_the_same_as(content)


def test_the_file_itself_is_uploaded(read):
    content = encoded(photo(), "JPEG")

    picture = read(content, "Zoë.jpg")

    assert picture.upload() == ("Zoë.jpg", content)
    assert "JFIF" not in repr(picture)


def test_the_home_directory_may_be_abbreviated(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "face.png").write_bytes(encoded(photo()))

    assert Picture.read("~/face.png").name == "face.png"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no picture",
        b"\x89PNG\r\n\x1a\n",
        encoded(photo())[:3000],
        b"GIF89a",
        b"%PDF-1.4",
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    ],
)
def test_a_file_that_is_no_picture_is_refused(read, content):
    with pytest.raises(InvalidInput, match=r"image: .*face\.png cannot be read as a picture\. Give a PNG, JPEG"):
        read(content)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InvalidInput, match=r"image: /nowhere/face\.png cannot be read: No such file"):
        Picture.read("/nowhere/face.png")
    with pytest.raises(InvalidInput, match=r"cannot be read: it is not a regular file"):
        Picture.read(str(tmp_path))


def test_a_missing_library_is_named(monkeypatch):
    monkeypatch.setattr(picture, "HAS_PILLOW", False)

    with pytest.raises(MissingLibrary, match="Pillow is missing") as caught:
        Picture.read("/nowhere/face.png")

    assert (caught.value.library, caught.value.needed_for) == ("Pillow", "comparing profile pictures")
