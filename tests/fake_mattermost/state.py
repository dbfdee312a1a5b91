# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything the server knows, in one place.

There is one process and one event loop. A handler is an ordinary function: it reads and
changes the state without giving control away, so no other request ever sees, or interferes
with, half a change. (The body of a request is read before its handler starts.) That is why
there are no locks here.
"""

from __future__ import annotations

from .audits import Audits
from .bots import Bots
from .channels import Channels
from .circles import Circles
from .images import Images
from .licence import TEAM, Licence
from .mails import Outbox
from .preferences import Preferences
from .release import NEWEST, RELEASES, Release
from .reports import Orders
from .roles import Roles
from .sessions import Sessions
from .settings import Settings
from .statuses import Statuses
from .system import Busy
from .teams import Teams
from .terms import TermsOfService
from .tokens import AccessTokens
from .uploads import Uploads
from .users import Users
from .views import Views


class State:
    """The server's data."""

    def __init__(self, licence: Licence = TEAM, release: Release = RELEASES[NEWEST]):
        self.licence = licence
        self.release = release
        self.settings = Settings(release)
        self.views = Views(release)
        self.users = Users(release, self.views)
        self.bots = Bots()
        self.sessions = Sessions()
        self.tokens = AccessTokens()
        self.teams = Teams()
        self.channels = Channels()
        self.images = Images()
        self.terms = TermsOfService()
        self.uploads = Uploads()
        self.audits = Audits()
        self.outbox = Outbox()
        self.circles = Circles()
        self.roles = Roles()
        self.preferences = Preferences(release)
        self.statuses = Statuses()
        self.orders = Orders(self.users)
        self.busy = Busy()

    @property
    def licensed(self) -> bool:
        """Whether the server has any licence."""
        return self.licence is not TEAM

    @property
    def version_id(self) -> str:
        """Value of the header X-Version-Id."""
        return f"{self.release.version}.{self.release.build}.{self.settings.digest}.{str(self.licensed).lower()}"
