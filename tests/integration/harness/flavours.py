# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which servers there are to test with."""

from __future__ import annotations

from servers import given_server

#: Without a server from the environment, both kinds of fake server.
FLAVOURS = ["given"] if given_server() else ["unlicensed", "licensed"]
