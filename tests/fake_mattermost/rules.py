# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the server accepts as value of a field."""

from __future__ import annotations

import re

from .errors import ApiError, invalid_user
from .release import Release
from .tidy import has_bad_custom_status
from .user import User

USERNAME = re.compile(r"[a-z0-9._-]{1,64}\Z")
RESERVED_USERNAMES = ("all", "channel", "matterbot", "system")
ROLE_NAME = re.compile(r"[a-z0-9_]{1,64}\Z")

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]+"
_DOTTED = rf"{_ATOM}(?:\.{_ATOM})*"
EMAIL = re.compile(rf"{_DOTTED}@{_DOTTED}\Z")
_LOOSE = rf"[ \t]*(?:{_DOTTED}|\"[^\"\\\r\n]*\")@[ \t]*{_DOTTED}"
EMAIL_WITH_BLANKS = re.compile(rf"(?:{_LOOSE}|[ \t]*<{_LOOSE}>)[ \t]*\Z")

# Languages that a new user can have; with any other one the user gets the default language.
TRANSLATIONS = (
    "bg",
    "de",
    "en",
    "en-AU",
    "es",
    "fa",
    "fr",
    "hu",
    "it",
    "ja",
    "ko",
    "nl",
    "pl",
    "pt-BR",
    "ro",
    "ru",
    "sv",
    "tr",
    "uk",
    "zh-CN",
    "zh-TW",
)
# Languages that a user can be changed to: those of ISO 639-1, with or without a region.
LANGUAGES = frozenset(
    re.findall(
        r"\w+",
        """
    aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en
    eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv
    ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne
    ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st
    su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
    """,
    )
)
LOCALE = re.compile(r"([a-z]{2})(?:[-_][A-Z]{2})?\Z", re.IGNORECASE)

PASSWORD_PARTS = (  # setting, name of the part in the error, characters
    ("Lowercase", "lowercase", frozenset("abcdefghijklmnopqrstuvwxyz")),
    ("Uppercase", "uppercase", frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")),
    ("Number", "number", frozenset("0123456789")),
    ("Symbol", "symbol", frozenset(" !\"\\#$%&'()*+,-./:;<=>?@[]^_`|~")),
)

EMAIL_MAX = 128
AUTH_DATA_MAX = 128
AUTH_SERVICE_MAX = 32
TOKEN_DESCRIPTION_MAX = 255


def is_username(name: str) -> bool:
    """Whether a user can have this name (in lower case)."""
    return USERNAME.match(name) is not None and name not in RESERVED_USERNAMES


def is_email(address: str, release: Release) -> bool:
    """Whether this is a mail address in lower case."""
    form = EMAIL_WITH_BLANKS if release.email_may_have_blanks else EMAIL
    return address == address.lower() and form.match(address) is not None


def is_locale(locale: str) -> bool:
    """Whether this is a language; none at all is fine, too."""
    found = LOCALE.match(locale)
    return not locale or (found is not None and found.group(1).lower() in LANGUAGES)


def are_role_names(names: list[str]) -> bool:
    """Whether all of these could be names of roles."""
    return all(ROLE_NAME.match(name) for name in names)


# Name of the rule in the error id, and the rule. The first one that is broken is reported.
USER_RULES = (
    ("username", lambda user, _release: is_username(user.username)),
    ("email", lambda user, release: len(user.email.encode()) <= EMAIL_MAX and is_email(user.email, release)),
    ("nickname", lambda user, _release: len(user.nickname) <= 64),
    ("position", lambda user, _release: len(user.position) <= 128),
    ("first_name", lambda user, _release: len(user.first_name) <= 64),
    ("last_name", lambda user, _release: len(user.last_name) <= 64),
    ("auth_data", lambda user, _release: len((user.auth_data or "").encode()) <= AUTH_DATA_MAX),
    ("auth_data_type", lambda user, _release: not user.auth_data or bool(user.auth_service)),
    ("auth_data_pwd", lambda user, _release: not user.auth_data or not user.password),
    ("locale", lambda user, _release: is_locale(user.locale)),
    ("roles_limit", lambda user, _release: len(user.roles) <= 256),
    ("invalidProperty", lambda user, release: not (release.checks_custom_status and has_bad_custom_status(user))),
)


def check_user(user: User, release: Release) -> None:
    """Raise the error of the first rule that the user breaks."""
    for name, rule in USER_RULES:
        if not rule(user, release):
            raise invalid_user(name)


def password_error(password: str, policy: dict, release: Release) -> ApiError | None:
    """The error of a password that the policy (PasswordSettings) refuses."""
    wanted = [(part, letters) for setting, part, letters in PASSWORD_PARTS if policy[setting]]
    missing = [part for part, letters in wanted if letters.isdisjoint(password)]
    length = len(password.encode())
    if not release.password_errors_name_what_is_missing:  # but all parts of the policy
        fits = policy["MinimumLength"] <= length <= release.password_max and not missing
        return None if fits else invalid_user("_".join(["pwd"] + [part for part, _letters in wanted]))
    if length < policy["MinimumLength"]:
        return invalid_user("pwd_min_length")
    if length > release.password_max:
        return invalid_user("pwd_max_length")
    return invalid_user("_".join(["pwd", *missing])) if missing else None


def in_domains(email: str, domains: str) -> bool:
    """Whether a mail address belongs to one of the domains (separated by commas or spaces)."""
    allowed = domains.lower().replace("@", " ").replace(",", " ").split()
    return not allowed or any(email.lower().endswith("@" + domain) for domain in allowed)
