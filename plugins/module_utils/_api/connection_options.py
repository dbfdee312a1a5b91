# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection options that all modules share. Their documentation is the fragment ``connection``.

They stand apart from the client that they make, as nobody has to import an HTTP library to check options.
"""

from __future__ import annotations

from ansible.module_utils.basic import env_fallback


def _option(variable, **spec):
    return dict(fallback=(env_fallback, [variable]), **spec)


CONNECTION_OPTIONS = dict(
    api_url=_option("MATTERMOST_URL", type="str"),
    api_socket=_option("MATTERMOST_SOCKET", type="path"),
    api_token=_option("MATTERMOST_TOKEN", type="str", no_log=True),
    api_login_id=_option("MATTERMOST_LOGIN_ID", type="str"),
    api_password=_option("MATTERMOST_PASSWORD", type="str", no_log=True),
    api_mfa_code=_option("MATTERMOST_MFA_CODE", type="str", no_log=True),
    api_session_path=_option("MATTERMOST_SESSION_PATH", type="path"),
    validate_certs=_option("MATTERMOST_VALIDATE_CERTS", type="bool", default=True),
    ca_path=_option("MATTERMOST_CA_PATH", type="path"),
    client_cert=_option("MATTERMOST_CLIENT_CERT", type="path"),
    client_key=_option("MATTERMOST_CLIENT_KEY", type="path"),
    connect_timeout=_option("MATTERMOST_CONNECT_TIMEOUT", type="int", default=10),
    timeout=_option("MATTERMOST_TIMEOUT", type="int", default=30),
    retries=_option("MATTERMOST_RETRIES", type="int", default=4),
)

#: What an option takes the place of when it is given where more counts.
ALTERNATIVES = {"api_url": ("api_socket",), "api_token": ("api_login_id",), "api_login_id": ("api_token",)}
