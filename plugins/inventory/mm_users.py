# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: mm_users
short_description: Users of a Mattermost server as hosts
version_added: 0.1.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Makes every user a host, with what the server tells of it as variables, and groups users by role, login service,
    multi-factor authentication and state. Modules then run once for each user of a group, as ad-hoc commands or in a play.
  - The inventory file is called C(mm_users.yml), C(mattermost.yml), or ends with C(.mm_users.yml) or C(.mattermost.yml);
    C(.yaml) does as well.
  - All modules run on the controller, as O(ansible_connection) is V(local). Nobody logs in to a host.
  - It never changes the server. Users are read by the page of 200.
options:
  plugin:
    description: Marks the file as one of this plugin.
    type: str
    required: true
    choices: [mmops.mattermost.mm_users]
  hostname:
    description:
      - Field that hosts are named after. User names cannot be repeated; an e-mail address is one for all accounts that the
        caller is allowed to see.
      - A user whose name is also that of a group, or that Ansible uses itself, like C(all) or C(localhost), is called by its
        id, with a warning.
    type: str
    choices: [username, email, user_id]
    default: username
  group_prefix:
    description:
      - Put before the names of the groups that the plugin makes, like V(mattermost_), to keep them apart from groups of other
        inventories. It does not concern O(groups) and O(keyed_groups).
    type: str
    default: ""
  ansible_connection:
    description: The connection of the hosts.
    type: str
    default: local
  sessions:
    description:
      - Whether to read when active users were last seen, which makes the groups C(idle) and C(unseen).
      - From Mattermost 10.11 on, the user report tells the last login and activity of 100 users at a time. Open sessions are
        then read only of those whom it does not show to be seen within O(idle_after). It takes no licence.
      - Older servers have no report, so the sessions of all active users are read, a request for each.
      - The caller must be an administrator.
    type: bool
    default: false
  every_session:
    description:
      - With O(sessions), whether the open sessions of all active users are read, to count them, although the report tells when
        they were last seen.
    type: bool
    default: false
    version_added: 0.2.0
  idle_after:
    description: With O(sessions), users who were last seen longer ago than this are in the group C(idle), like V(90d).
    type: str
    default: 90d
  concurrency:
    description: Number of requests that run at the same time at most, from 1 to 16.
    type: int
    default: 8
  bots:
    description: Whether bots are hosts as well.
    type: bool
    default: true
  active:
    description: Lists only active users.
    type: bool
    default: false
  inactive:
    description: Lists only deactivated users.
    type: bool
    default: false
  role:
    description:
      - Lists only users who have this system role. A role that the server does not have is an error.
      - Servers before 10.11 also list users who have a role whose name contains this one.
    type: str
  roles:
    description:
      - Lists only users who have one of these system roles. V(system_user) stands for users who have no other role.
      - Together with O(team_roles) or O(channel_roles), one role of all of them is enough.
    type: list
    elements: str
    choices: [system_admin, system_guest, system_manager, system_read_only_admin, system_user, system_user_manager]
  in_team:
    description: Id of a team whose members are listed. Only one filter by membership can be given, but O(not_in_channel).
    type: str
  not_in_team:
    description: Id of a team. Its members are left out.
    type: str
  in_channel:
    description: Id of a channel whose members are listed.
    type: str
  not_in_channel:
    description: Id of a channel. Lists the members of O(in_team) who are not in it.
    type: str
  in_group:
    description: Id of a group (LDAP or custom) whose members are listed. The server needs a licence for that.
    type: str
  not_in_group:
    description: Id of a group. Its members are left out. The server needs a licence for that.
    type: str
  group_constrained:
    description:
      - With O(not_in_team) or O(not_in_channel) of a team or channel that is managed by groups, lists only users that its
        groups allow to join.
    type: bool
    default: false
  without_team:
    description: Lists only users that are in no team.
    type: bool
    default: false
  team_roles:
    description: Lists only users who have one of these roles in O(in_team).
    type: list
    elements: str
    choices: [team_admin, team_guest, team_user]
  channel_roles:
    description: Lists only users who have one of these roles in O(in_channel).
    type: list
    elements: str
    choices: [channel_admin, channel_guest, channel_user]
notes:
  - "The groups are: C(active), C(deactivated); C(mfa_active), C(mfa_inactive), both without bots; C(guests), C(bots);
    C(auth_SERVICE) like C(auth_email) and C(auth_ldap); C(role_ROLE) like C(role_system_admin); and with O(sessions) of the
    active users without bots C(idle), and C(unseen), of whom the server shows no sign of use. Characters that a name of a
    group cannot have become underscores. Combine them with patterns, like C(mfa_inactive:&active:!auth_saml)."
  - "The variables of a host are the fields of the user with the prefix C(mattermost_), like C(mattermost_email). Its
    C(mattermost_user_id) is the C(id). C(mattermost_roles) is a list, C(mattermost_auth_service) is C(email) for accounts with
    a password, C(mattermost_last_picture_update) is 0, negative or missing without a picture of one's own,
    C(mattermost_remote_id) is set for users of another server, and C(mattermost_active), C(mattermost_mfa_active),
    C(mattermost_is_bot) and C(mattermost_is_guest) are always there.
    With O(sessions), C(mattermost_last_activity_at) is the last sign of use in milliseconds, or C(null),
    C(mattermost_last_login) the last login, if the server tells it, and C(mattermost_sessions) the number of open sessions,
    or C(null) if they were not read."
  - Texts of options for the connection may be templates, like a lookup. Values of the server never are.
  - A cache holds names and addresses of people. Its files, and a folder that is made for them, can be read by their owner
    only. A folder that exists already keeps its mode.
  - If the server cannot be read, Ansible warns and goes on without these hosts, unless
    C(ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED=true) is in the environment.
extends_documentation_fragment:
  - mmops.mattermost.connection
  - mmops.mattermost.connection.plugin
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
seealso:
  - module: mmops.mattermost.mm_user_info
"""

EXAMPLES = r"""
# The shortest mm_users.yml. MATTERMOST_URL and MATTERMOST_TOKEN name the server and the token of an administrator.
# End the sessions of everybody without multi-factor authentication:
#   ansible -i mm_users.yml 'mfa_inactive:&active' -m mmops.mattermost.mm_user_session \
#     -a 'user_id={{ mattermost_user_id }} state=absent'
plugin: mmops.mattermost.mm_users

---
# Active members of a team, with the time when they were last seen. The answers are kept for ten minutes.
plugin: mmops.mattermost.mm_users
api_url: https://chat.example.com
api_token: "{{ lookup('ansible.builtin.file', '~/.mattermost-token') }}"
active: true
bots: false
in_team: 8fj3bqtrwjnzfxpkbg9z4phbac
sessions: true
idle_after: 60d
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/mattermost
cache_timeout: 600

---
# Groups of one's own: by the domain of the address, and people with a certain position.
plugin: mmops.mattermost.mm_users
group_prefix: mattermost_
keyed_groups:
  - key: mattermost_email.split('@')[1]
    prefix: domain
groups:
  managers: "'manager' in mattermost_position | lower"
compose:
  display_name: mattermost_first_name ~ ' ' ~ mattermost_last_name
"""

import hashlib
import json
import os
import re
import sys
import time

from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable

from ansible_collections.mmops.mattermost.plugins.module_utils._api.connection import make_client
from ansible_collections.mmops.mattermost.plugins.module_utils._api.connection_options import CONNECTION_OPTIONS
from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput, MattermostError
from ansible_collections.mmops.mattermost.plugins.module_utils._services.account import (
    is_active,
    is_bot,
    is_guest,
    last_use,
    listed_roles,
    logs_in_with,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.duration import seconds
from ansible_collections.mmops.mattermost.plugins.module_utils._services.info import UserInfoService
from ansible_collections.mmops.mattermost.plugins.modules.mm_user_info import SUBJECT
from ansible_collections.mmops.mattermost.plugins.plugin_utils._inert import inert

#: Filters of the server, as ``mm_user_info`` calls them.
FILTERS = (
    "active",
    "inactive",
    "role",
    "roles",
    "in_team",
    "not_in_team",
    "in_channel",
    "not_in_channel",
    "in_group",
    "not_in_group",
    "group_constrained",
    "without_team",
    "team_roles",
    "channel_roles",
)

#: Names that mean something else to Ansible, or to whoever reads a playbook.
RESERVED = frozenset({"all", "ungrouped", "localhost", "127.0.0.1", "::1"})

_ENDINGS = tuple(f".{name}.{ending}" for name in ("mm_users", "mattermost") for ending in ("yml", "yaml"))


def safe(name: str) -> str:
    """The name as a name of a group."""
    return re.sub(r"\W", "_", name, flags=re.ASCII)


def variables_of(user: dict) -> dict:
    """The variables of a host, without the prefix."""
    found = {name: value for name, value in user.items() if name not in ("id", "sessions", "report")}
    found.update(
        user_id=user["id"],
        roles=listed_roles(user),
        active=is_active(user),
        auth_service=logs_in_with(user),
        mfa_active=bool(user.get("mfa_active")),
        is_bot=is_bot(user),
        is_guest=is_guest(user),
    )
    if "sessions" in user:
        found.update(sessions=None if user["sessions"] is None else len(user["sessions"]), last_activity_at=last_use(user))
    if user.get("report"):
        found["last_login"] = user["report"]["last_login"]
    return found


def groups_of(user: dict, idle_since: int) -> list:
    """The names of the groups that a user is in, without the prefix. ``idle_since`` is in milliseconds."""
    variables = variables_of(user)
    groups = [
        "active" if variables["active"] else "deactivated",
        f"auth_{safe(variables['auth_service'])}",
        *(f"role_{safe(role)}" for role in variables["roles"]),
    ]
    if variables["is_guest"]:
        groups.append("guests")
    if variables["is_bot"]:
        return [*groups, "bots"]
    groups.append("mfa_active" if variables["mfa_active"] else "mfa_inactive")
    if variables["active"] and (user.get("sessions") is not None or user.get("report")):
        seen = last_use(user)
        if seen is None:
            groups.append("unseen")
        elif seen <= idle_since:
            groups.append("idle")
    return groups


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """Reads users, and makes hosts and groups of them."""

    NAME = "mmops.mattermost.mm_users"

    #: The key of what was put into the cache.
    _kept = ""

    def verify_file(self, path):
        """Whether the name of the file is one of this plugin."""
        name = os.path.basename(path)
        # The ending is the whole name, or follows a dot: not_mm_users.yml is somebody else's.
        return super().verify_file(path) and f".{name}".endswith(_ENDINGS)

    def parse(self, inventory, loader, path, cache=True):
        """Fills the inventory."""
        super().parse(inventory, loader, path, cache)
        before = os.umask(0o077)  # for a folder that the cache plugin makes
        try:
            self._read_config_data(path)
        finally:
            os.umask(before)
        try:
            idle_since = int(time.time() * 1000) - seconds("idle_after", self.get_option("idle_after")) * 1000
            self._check_prefix(self.get_option("group_prefix"))
            users = self._users(path, cache)
        except MattermostError as error:
            raise AnsibleParserError(f"{path}: {error}") from None
        self._fill(inert(users), idle_since)

    # -- the cache ---------------------------------------------------------------------------------------------------

    def update_cache_if_changed(self):
        """Files hold names and addresses of people, and cache plugins make them readable for everybody."""
        super().update_cache_if_changed()
        folder = os.path.expandvars(os.path.expanduser(self.get_option("cache_connection") or ""))
        if self._kept and os.path.isdir(folder):
            for name in os.listdir(folder):
                if name.endswith(self._kept):
                    os.chmod(os.path.join(folder, name), 0o600)

    @staticmethod
    def _check_prefix(prefix):
        if prefix and not re.match(r"[A-Za-z_][A-Za-z0-9_]*\Z", prefix):
            raise InvalidInput(
                f"group_prefix: {prefix!r} cannot begin the name of a group",
                "Use letters, digits and underscores, and no digit first",
            )

    # -- reading -----------------------------------------------------------------------------------------------------

    def _users(self, path, cache) -> list:
        options = self._connection()
        declaration = self._declaration()
        # Another question has another answer, so it is part of the key. Secrets are not.
        question = json.dumps([options["api_url"], options["api_socket"], options["api_login_id"], declaration], sort_keys=True)
        key = f"{self.get_cache_key(path)}_{hashlib.sha256(question.encode()).hexdigest()[:16]}"
        wanted = self.get_option("cache")
        if wanted and cache:
            try:
                return self._cache[key]
            except KeyError:
                pass  # nothing yet, or too old
        users = self._read(options, declaration)
        if wanted:
            self._cache[key] = users
            self._kept = key
        return users

    def _connection(self) -> dict:
        options = {name: self.get_option(name) for name in CONNECTION_OPTIONS}
        return {name: self.templar.template(value) if isinstance(value, str) else value for name, value in options.items()}

    def _declaration(self) -> dict:
        declaration = {name: option.get("default") for name, option in SUBJECT.options.items()}
        declaration.update({name: self.get_option(name) for name in (*FILTERS, "concurrency")})
        declaration["gather"] = ["report", "sessions"] if self.get_option("sessions") else []
        if self.get_option("sessions"):
            declaration["idle_after"] = "0s" if self.get_option("every_session") else self.get_option("idle_after")
        return declaration

    def _read(self, options, declaration) -> list:
        service = UserInfoService()
        with make_client(options) as client:
            plan = service.plan(client, declaration)
        for warning in (*client.warnings, *plan.warnings):
            self.display.warning(warning)
        return plan.predicted["users"]

    # -- filling -----------------------------------------------------------------------------------------------------

    def _fill(self, users, idle_since):
        prefix = self.get_option("group_prefix")
        strict = self.get_option("strict")
        users = [user for user in users if self.get_option("bots") or not is_bot(user)]
        groups = {user["id"]: [prefix + group for group in groups_of(user, idle_since)] for user in users}
        taken = RESERVED.union(*groups.values(), self.inventory.groups)
        for user in users:
            host = self._host(user, taken)
            self.inventory.add_host(host)
            for group in groups[user["id"]]:
                self.inventory.add_group(group)
                self.inventory.add_child(group, host)
            self._set_variables(host, user)
            known = self.inventory.get_host(host).get_vars()
            self._set_composite_vars(self.get_option("compose"), known, host, strict=strict)
            known = self.inventory.get_host(host).get_vars()
            self._add_host_to_composed_groups(self.get_option("groups"), known, host, strict=strict)
            self._add_host_to_keyed_groups(self.get_option("keyed_groups"), known, host, strict=strict)

    def _host(self, user, taken):
        by = self.get_option("hostname")
        name = user["id" if by == "user_id" else by] or user["id"]
        if name not in taken:
            return name
        self.display.warning(f"The user {name} is called {user['id']} in the inventory, as {name} means something else there")
        return user["id"]

    def _set_variables(self, host, user):
        for name, value in variables_of(user).items():
            self.inventory.set_variable(host, f"mattermost_{name}", value)
        self.inventory.set_variable(host, "ansible_connection", self.get_option("ansible_connection"))
        # Modules run on the controller, in the same Python as Ansible.
        self.inventory.set_variable(host, "ansible_python_interpreter", sys.executable)
