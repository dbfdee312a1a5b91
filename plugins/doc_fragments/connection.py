# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations


class ModuleDocFragment:
    """The options that say which server is meant, who the caller is, and how to speak."""

    DOCUMENTATION = r"""
options:
  api_url:
    description:
      - Address of the Mattermost server, like V(https://chat.example.com). A sub-path is part of it, C(/api/v4) is not needed.
      - If it is not given, the environment variable E(MATTERMOST_URL) is used.
      - Redirects are not followed, so that no other host receives the credentials. Give the final address.
      - With V(http://) to another host than this one, a warning is shown, as the credentials travel unencrypted.
    type: str
  api_socket:
    description:
      - Path of the local mode socket of the server, on the host that runs the task, like V(/var/tmp/mattermost_local.socket).
        Everybody who may open it is an administrator, so that no credentials are needed.
      - If it is given, O(api_url) and the credentials are not used. One from the environment counts less than an O(api_url) of
        the task.
      - The socket offers only a part of the API. In particular, fields of existing users can be changed only by a full update.
      - If it is not given, the environment variable E(MATTERMOST_SOCKET) is used.
    type: path
  api_token:
    description:
      - Personal access token or session token of the caller.
      - If it is not given, the environment variable E(MATTERMOST_TOKEN) is used.
      - It is sent to O(api_url) only. A C(.netrc) entry does not replace it.
    type: str
  api_login_id:
    description:
      - User name or e-mail address to log in with, instead of O(api_token). The session is logged out at the end
        of the task, unless O(api_session_path) keeps it.
      - One of the two that a task gives counts more than the other from the environment.
      - If it is not given, the environment variable E(MATTERMOST_LOGIN_ID) is used.
    type: str
  api_password:
    description:
      - Password for O(api_login_id).
      - If it is not given, the environment variable E(MATTERMOST_PASSWORD) is used.
    type: str
  api_mfa_code:
    description:
      - Current code of the caller's authenticator, if O(api_login_id) has multi-factor authentication.
      - A code is good for one login. To use it for a whole play, keep the session with O(api_session_path).
      - If it is not given, the environment variable E(MATTERMOST_MFA_CODE) is used.
    type: str
  api_session_path:
    description:
      - File that keeps the session of O(api_login_id), on the host that runs the task, so that the tasks of a play log in once.
        The first task logs in and writes it, the next ones go on with that session.
      - It is readable by its owner only, and its folder must exist. A session that has ended is replaced by another login.
      - The operation V(logout) of M(mmops.mattermost.mm_user_operation) ends the session and removes the file. Without it, the
        session stays open until the server ends it.
      - If it is not given, the environment variable E(MATTERMOST_SESSION_PATH) is used.
    type: path
  validate_certs:
    description:
      - Whether the server's TLS certificate is checked. Switch it off for tests only.
      - If it is not given, the environment variable E(MATTERMOST_VALIDATE_CERTS) is used.
    type: bool
    default: true
  ca_path:
    description:
      - File or directory of certificate authorities (PEM) to trust instead of the system's.
      - If it is not given, the environment variable E(MATTERMOST_CA_PATH) is used.
    type: path
  client_cert:
    description:
      - File with a client certificate (PEM), and its key unless O(client_key) names it.
      - If it is not given, the environment variable E(MATTERMOST_CLIENT_CERT) is used.
    type: path
  client_key:
    description:
      - File with the key of O(client_cert).
      - If it is not given, the environment variable E(MATTERMOST_CLIENT_KEY) is used.
    type: path
  connect_timeout:
    description:
      - Seconds to wait for a connection.
      - If it is not given, the environment variable E(MATTERMOST_CONNECT_TIMEOUT) is used.
    type: int
    default: 10
  timeout:
    description:
      - Seconds to wait for an answer.
      - If it is not given, the environment variable E(MATTERMOST_TIMEOUT) is used.
    type: int
    default: 30
  retries:
    description:
      - How often a request is sent again at most, with growing pauses. Where the server says how long to wait, up to a
        minute, that is honoured.
      - A request that was refused before anything was done (no connection, HTTP status 429) is always repeated. After a
        lost answer or HTTP status 502, 503 or 504, only operations that are safe to repeat are.
      - If it is not given, the environment variable E(MATTERMOST_RETRIES) is used.
    type: int
    default: 4
requirements:
  - requests >= 2.25
notes:
  - Proxies are taken from the environment (E(https_proxy), E(http_proxy), E(no_proxy)).
"""

    # For plugins other than modules: these read the environment by Ansible's own means, which document it as well.
    PLUGIN = r"""
options:
  api_url:
    env: [{name: MATTERMOST_URL}]
  api_socket:
    env: [{name: MATTERMOST_SOCKET}]
  api_token:
    env: [{name: MATTERMOST_TOKEN}]
  api_login_id:
    env: [{name: MATTERMOST_LOGIN_ID}]
  api_password:
    env: [{name: MATTERMOST_PASSWORD}]
  api_mfa_code:
    env: [{name: MATTERMOST_MFA_CODE}]
  api_session_path:
    env: [{name: MATTERMOST_SESSION_PATH}]
  validate_certs:
    env: [{name: MATTERMOST_VALIDATE_CERTS}]
  ca_path:
    env: [{name: MATTERMOST_CA_PATH}]
  client_cert:
    env: [{name: MATTERMOST_CLIENT_CERT}]
  client_key:
    env: [{name: MATTERMOST_CLIENT_KEY}]
  connect_timeout:
    env: [{name: MATTERMOST_CONNECT_TIMEOUT}]
  timeout:
    env: [{name: MATTERMOST_TIMEOUT}]
  retries:
    env: [{name: MATTERMOST_RETRIES}]
"""
