# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client that the connection options of a task make."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from ansible_collections.mmops.mattermost.plugins.module_utils._api.client import (
    Client,
    KeptLoginAuthentication,
    LocalModeAuthentication,
    LoginAuthentication,
    TokenAuthentication,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._api.connection_options import CONNECTION_OPTIONS
from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput, MissingLibrary
from ansible_collections.mmops.mattermost.plugins.module_utils._api.session_file import SessionFile
from ansible_collections.mmops.mattermost.plugins.module_utils._api.transport import REQUESTS_IMPORT_ERROR, Endpoint, Transport


def make_client(options: dict) -> Client:
    """The client for these options; nothing is sent yet. Raises ``InvalidInput`` or ``MissingLibrary``."""
    if REQUESTS_IMPORT_ERROR:
        raise MissingLibrary("requests", "speaking to the server")
    socket = _socket(options)
    authentication = LocalModeAuthentication() if socket else _authentication(options)
    client = Client(
        Transport(
            Endpoint(
                url=options["api_url"] or "",
                socket=socket,
                validate_certs=options["validate_certs"],
                ca_path=options["ca_path"] or "",
                client_cert=options["client_cert"] or "",
                client_key=options["client_key"] or "",
                connect_timeout=options["connect_timeout"],
                read_timeout=options["timeout"],
                retries=options["retries"],
            )
        ),
        authentication,
    )
    if client.transport.exposure:
        client.warnings.append(client.transport.exposure)
    return client


def password_in(url) -> str:
    """The password that stands in an address by mistake. It is refused there, but must not be shown either."""
    try:
        return urlsplit(url or "").password or ""
    except (ValueError, TypeError, AttributeError):
        return str(url)


def _is_general(options, name) -> bool:
    """Whether the value is that of the environment. An option of the task counts more than one of all tasks."""
    _strategy, variables = CONNECTION_OPTIONS[name]["fallback"]
    return options[name] == os.environ.get(variables[0])


def _socket(options) -> str:
    """The local socket to use; empty if the server is reached by its address."""
    if options["api_url"] and _is_general(options, "api_socket") and not _is_general(options, "api_url"):
        return ""
    return options["api_socket"] or ""


def _authentication(options):
    if not options["api_url"]:
        raise InvalidInput("api_url is missing", "Give api_url (or MATTERMOST_URL), or api_socket for the local mode")
    token_is_general, login_is_general = _is_general(options, "api_token"), _is_general(options, "api_login_id")
    if options["api_token"] and options["api_login_id"] and token_is_general == login_is_general:
        raise InvalidInput("api_token and api_login_id exclude each other", "Give one of the two")
    if options["api_token"] and not (options["api_login_id"] and token_is_general):
        return TokenAuthentication(options["api_token"])
    if options["api_login_id"] and options["api_password"]:
        login = LoginAuthentication(options["api_login_id"], options["api_password"], options["api_mfa_code"] or "")
        if not options["api_session_path"]:
            return login
        file = SessionFile(options["api_session_path"], options["api_url"], options["api_login_id"])
        return KeptLoginAuthentication(login, file)
    if options["api_login_id"]:
        raise InvalidInput("api_password is missing beside api_login_id", "Give both (or MATTERMOST_PASSWORD)")
    raise InvalidInput(
        "there are no credentials for the server", "Give api_token (or MATTERMOST_TOKEN), or api_login_id and api_password"
    )
