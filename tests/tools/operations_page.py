# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the page of the documentation that lists all operations: ``python tests/tools/operations_page.py``.

Everything but the options comes from the table of operations. Which modules send an operation is read from their source
(``reach.py``); a unit test compares that with ``OPTIONS``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ansible_collections.mmops.mattermost.plugins.module_utils._api.neighbour_operations import NEIGHBOURS
from ansible_collections.mmops.mattermost.plugins.module_utils._api.operation import Operation
from ansible_collections.mmops.mattermost.plugins.module_utils._api.users_operations import USERS_API
from ansible_collections.mmops.mattermost.tests.support.servers import ROOT

PAGE = ROOT / "docs" / "docsite" / "rst" / "operations.rst"

#: The module that carries out every operation.
DOOR = "mm_user_operation"

_WHO = {"get_user": ["user_id"], "get_user_by_username": ["username"], "get_user_by_email": ["email"]}
_FIELDS = ["first_name", "last_name", "nickname", "position", "locale", "timezone", "props", "notify_props"]

#: Operations that read and change memberships.
_TEAMS: dict[str, list[str]] = {
    "add_channel_member": ["teams"],
    "add_team_member": ["teams"],
    "get_all_teams": ["exact=teams"],
    "get_channel_by_name": ["teams"],
    "get_channel_members": ["api_socket"],
    "get_channel_members_by_ids": ["teams"],
    "get_channel_members_for_user": ["teams"],
    "get_roles_by_names": ["teams"],
    "get_team": ["exact=teams"],
    "get_team_by_name": ["teams"],
    "get_team_members_by_ids": ["teams"],
    "get_team_members_for_user": ["exact=teams", "teams"],
    "remove_team_member": ["exact=teams"],
    "update_team_member_scheme_roles": ["teams"],
}

_USER: dict[str, list[str]] = {
    **_WHO,
    **_TEAMS,
    "assign_bot": ["bot=true", "bot_owner", "state=inactive", "state=absent"],
    "get_bot": ["bot=true", "bot_owner", "state=inactive", "state=absent"],
    "convert_bot_to_user": ["bot=false"],
    "convert_user_to_bot": ["bot=true"],
    "create_user": ["state=present"],
    "delete_user": ["state=absent"],
    "demote_user_to_guest": ["guest=true"],
    "get_client_config": ["email", "guest=true", "auth_service"],
    "get_profile_image": ["image"],
    "get_server_limits": ["state=present"],
    "get_users": ["state=inactive", "state=absent", "roles", "guest=true", "bot=true", "api_socket"],
    "login": ["update_password=when_different"],
    "logout": ["update_password=when_different"],
    "patch_user": ["username", "email", *_FIELDS],
    "promote_guest_to_user": ["guest=false"],
    "register_terms_of_service_action": ["terms_of_service"],
    "reset_password_failed_attempts": ["unlock"],
    "set_default_profile_image": ["image=default"],
    "set_profile_image": ["image"],
    "update_user": ["api_socket"],
    "update_user_active": ["state=inactive", "state=present"],
    "update_user_password": ["password"],
    "update_user_roles": ["roles"],
    "verify_user_email_without_token": ["email_verified=true"],
}

#: Those of a user that is there, or comes.
_ONBOARDED: dict[str, list[str]] = {
    "add_channel_member": ["teams"],
    "add_team_member": ["teams"],
    "add_team_members": ["teams"],
    "assign_bot": ["bot=true"],
    "convert_bot_to_user": ["bot=false"],
    "convert_user_to_bot": ["bot=true"],
    "create_bot": ["bot=true"],
    "create_user": ["username"],
    "demote_user_to_guest": ["guest=true"],
    "get_bot": ["bot=true"],
    "get_channel_by_name": ["teams"],
    "get_channel_members": ["api_socket"],
    "get_channel_members_by_ids": ["teams"],
    "get_channel_members_for_user": ["teams"],
    "get_client_config": ["email", "guest=true", "auth_service"],
    "get_profile_image": ["image"],
    "get_roles_by_names": ["teams"],
    "get_server_limits": ["username"],
    "get_team_by_name": ["teams"],
    "get_team_members_by_ids": ["teams"],
    "get_team_members_for_user": ["teams"],
    "get_user": ["email_verified=true"],
    "promote_guest_to_user": ["guest=false"],
    "set_default_profile_image": ["image=default"],
    "set_profile_image": ["image"],
    "update_team_member_scheme_roles": ["teams"],
    "update_user": ["api_socket"],
    "update_user_active": ["username"],
    "update_user_password": ["password"],
    "update_user_roles": ["roles"],
    "verify_user_email_without_token": ["email_verified=true"],
}

#: For every module, the options that lead to an operation; ``name=value`` where only that value does.
OPTIONS: dict[str, dict[str, list[str]]] = {
    "mm_bot": {
        "assign_bot": ["owner", "enabled=false"],
        "create_bot": ["username"],
        "disable_bot": ["enabled=false"],
        "enable_bot": ["enabled=true"],
        "get_bot": ["username", "user_id"],
        "get_user": ["user_id", "owner"],
        "get_user_by_username": ["username", "owner"],
        "patch_bot": ["username", "display_name", "description"],
    },
    "mm_user": _USER,
    "mm_user_auth": {
        **_WHO,
        "get_client_config": ["auth_service", "new_service", "action=migrate_auth_to_ldap", "action=migrate_auth_to_saml"],
        "get_users": ["action=migrate_auth_to_ldap", "action=migrate_auth_to_saml"],
        "migrate_auth_to_ldap": ["action=migrate_auth_to_ldap"],
        "migrate_auth_to_saml": ["action=migrate_auth_to_saml"],
        "reset_password": ["action=reset_password"],
        "send_password_reset_email": ["action=send_password_reset_email"],
        "send_verification_email": ["action=send_verification_email"],
        "switch_account_type": ["action=switch_account_type"],
        "update_user_auth": ["auth_service"],
        "update_user_password": ["auth_service=email"],
        "verify_user_email": ["action=verify_user_email"],
        "verify_user_email_without_token": ["action=verify_user_email_without_token"],
    },
    "mm_user_info": {
        "autocomplete_users": ["autocomplete"],
        "get_bots": ["gather=bots"],
        "get_channel_members_with_team_data_for_user": ["gather=channel_members"],
        "get_default_profile_image": ["gather=default_image"],
        "get_known_users": ["known_users"],
        "get_profile_image": ["gather=image"],
        "get_roles_by_names": ["roles"],
        "get_sessions": ["gather=sessions"],
        "get_total_users_stats": ["stats"],
        "get_total_users_stats_filtered": ["stats_filter"],
        "get_uploads_for_user": ["gather=uploads"],
        "get_user": ["user_ids=me", "gather=terms_of_service"],
        "get_user_access_tokens": ["gather=tokens"],
        "get_user_access_tokens_for_user": ["gather=tokens"],
        "get_user_audits": ["gather=audits"],
        "get_user_by_email": ["emails"],
        "get_user_count_for_reporting": ["gather=report"],
        "get_user_by_username": ["api_socket"],
        "get_user_terms_of_service": ["gather=terms_of_service"],
        "get_users": ["active", "inactive", "in_team", "in_channel", "in_group", "roles"],
        "get_users_by_group_channel_ids": ["group_channel_ids"],
        "get_users_by_ids": ["user_ids"],
        "get_users_by_usernames": ["usernames"],
        "get_users_for_reporting": ["gather=report"],
        "search_users": ["search"],
    },
    "mm_user_mfa": {**_WHO, "generate_mfa_secret": ["state=present"], "update_user_mfa": ["state=present", "state=absent"]},
    "mm_user_onboarding": {
        **{
            operation: [option if option == "api_socket" else f"users.{option}" for option in options]
            for operation, options in _ONBOARDED.items()
        },
        "create_user_access_token": ["users.tokens"],
        "generate_mfa_secret": ["users.mfa=true"],
        "get_user_access_token": ["users.tokens"],
        "get_user_access_tokens": ["users.tokens"],
        "get_user_access_tokens_for_user": ["users.tokens"],
        "get_user_by_username": ["users", "src"],
        "get_users": ["users.roles", "users.guest=true", "users.bot=true", "api_socket"],
        "get_users_by_usernames": ["users", "src"],
        "patch_user": ["users", "src"],
        "revoke_user_access_token": ["users.tokens", "directory"],
        "enable_user_access_token": ["users.tokens"],
        "send_password_reset_email": ["passwords=email"],
        "update_user_mfa": ["users.mfa=true"],
    },
    "mm_user_session": {
        **_WHO,
        "attach_device_id": ["state=present", "device_id"],
        "disable_user_access_token": ["disable_tokens"],
        "get_sessions": ["state"],
        "get_user_access_tokens": ["all_users", "disable_tokens"],
        "get_user_access_tokens_for_user": ["disable_tokens"],
        "get_users": ["all_users"],
        "revoke_all_sessions": ["state=absent"],
        "revoke_session": ["session_ids", "older_than", "idle_for", "keep_current"],
        "revoke_sessions_from_all_users": ["all_users"],
    },
    "mm_user_token": {
        **_WHO,
        "create_user_access_token": ["state=present"],
        "disable_user_access_token": ["state=disabled", "overlap"],
        "enable_user_access_token": ["state=present"],
        "get_sessions": ["allow_own_token"],
        "get_user_access_token": ["token_id"],
        "get_user_access_tokens_for_user": ["description"],
        "revoke_session": ["allow_own_token"],
        "revoke_user_access_token": ["state=absent", "overlap"],
    },
    "mm_user_tokens": {
        "create_user_access_token": ["tokens"],
        "disable_user_access_token": ["tokens"],
        "enable_user_access_token": ["tokens"],
        "get_sessions": ["tokens"],
        "get_total_users_stats": ["tokens.email"],
        "get_user": ["tokens.user_id=me"],
        "get_user_access_token": ["tokens"],
        "get_user_access_tokens": ["tokens"],
        "get_user_access_tokens_for_user": ["tokens"],
        "get_user_by_email": ["tokens.email"],
        "get_user_by_username": ["api_socket"],
        "get_users": ["tokens.email", "api_socket"],
        "get_users_by_ids": ["tokens.user_id"],
        "get_users_by_usernames": ["tokens.username"],
        "revoke_session": ["tokens"],
        "revoke_user_access_token": ["tokens", "directory"],
    },
    "mm_users": {
        **{
            operation: [option if option == "api_socket" else f"users.{option}" for option in options]
            for operation, options in _USER.items()
        },
        "add_team_members": ["users.teams"],
        "get_total_users_stats": ["users.email"],
        "get_users": [
            "prune",
            "users.email",
            "users.state=inactive",
            "users.state=absent",
            "users.roles",
            "users.guest=true",
            "api_socket",
        ],
        "get_users_by_ids": ["users.user_id"],
        "get_users_by_usernames": ["users", "src"],
    },
}

#: Options of all modules that lead to an operation.
SHARED_OPTIONS = {"login": ["api_login_id"], "logout": ["api_login_id"]}

HEAD = """\
.. Made by tests/tools/operations_page.py from plugins/module_utils/_api/users_operations.py and neighbour_operations.py.
   Changes here are overwritten.

.. _ansible_collections.mmops.mattermost.docsite.operations:

Operations of the API
=====================

The Users API of Mattermost has {count} operations. This page tells of each, and of {neighbours} operations next door that user
administration needs, which module and option carries it out, and what it needs.
:ansplugin:`mmops.mattermost.{door}#module` carries out any of them by its name. All other modules read first and
send only what is missing, so they are what a playbook should use where the tables name them.

**Permission**
  What the caller must be, or the permission that one of its roles must grant. Administrators of the system have all
  permissions, but they are neither "the caller itself" nor "the user itself" for others.

**Needs**
  Licence or setting of the server.

**Versions**
  First version of the server that has the operation, and the last one if it was removed.

**Socket**
  Whether the local mode socket (:ansopt:`mmops.mattermost.{door}#module:api_socket`) has it. ``only`` stands for operations
  that the network does not have.

**Repeat**
  ``reads`` changes nothing. ``safe``: sent twice, it leaves the server as sent once, but for time stamps, so it is sent again
  when an answer is lost. ``once``: it is never sent again on its own.

The Users API
-------------

"""

NEIGHBOURS_HEAD = """\

Neighbours of the Users API
---------------------------

The column API tells which part of the API has the operation, as the API reference divides it. A version of ``10.11`` stands
for the oldest server on which the operation was seen; 7.6 does not have it.

"""

TABLE_HEAD = """\
.. list-table::
  :header-rows: 1
  :widths: 22 26 18 14 8 6 6

  * - Operation
    - Module and option
    - Permission
    - Needs
    - Versions
    - Socket
    - Repeat
"""


def _links(operation: str) -> list[str]:
    """The modules and options that lead to an operation, in the markup of the page."""
    links = []
    if operation in SHARED_OPTIONS:
        options = ", ".join(_option(DOOR, option) for option in SHARED_OPTIONS[operation])
        links.append(f"all modules: {options}")
    for module, operations in OPTIONS.items():
        if operation in operations:
            options = ", ".join(_option(module, option) for option in operations[operation])
            links.append(f":ansplugin:`mmops.mattermost.{module}#module`: {options}")
    return links or [f":ansplugin:`mmops.mattermost.{DOOR}#module`"]


def _option(module: str, option: str) -> str:
    return f":ansopt:`mmops.mattermost.{module}#module:{option}`"


def _versions(operation: Operation) -> str:
    since = operation.minimum_version or "all"
    return f"{since}, until {operation.removed_in}" if operation.removed_in else since


def _socket(operation: Operation) -> str:
    if not operation.local:
        return "no"
    return "yes" if operation.remote else "only"


def _repeat(operation: Operation) -> str:
    if not operation.writes:
        return "reads"
    return "safe" if operation.repeatable else "once"


def _row(cells: Sequence[Sequence[str]]) -> str:
    """A row of the table; each cell is one or more lines."""
    lines = []
    for number, cell in enumerate(cells):
        first, *rest = cell
        lines.append(f"  {'*' if number == 0 else ' '} - {first}".rstrip())
        lines += [f"      {line}".rstrip() for line in rest]
    return "\n".join(lines) + "\n"


def _list(items: Sequence[str]) -> Sequence[str]:
    return [f"| {item}" for item in items] if len(items) > 1 else items


def _table(operations: Mapping[str, Operation], with_api: bool) -> str:
    rows = [
        _row(
            (
                (f"**{operation.name}**", "", f"{operation.summary}."),
                *([(operation.api,)] if with_api else []),
                _list(_links(operation.name)),
                (operation.permission,),
                (operation.needs,),
                (_versions(operation),),
                (_socket(operation),),
                (_repeat(operation),),
            )
        )
        for operation in sorted(operations.values(), key=lambda operation: operation.name)
    ]
    head = TABLE_HEAD
    if with_api:
        head = head.replace("  * - Operation\n", "  * - Operation\n    - API\n").replace(": 22 26", ": 22 8 26")
    return head + "".join(rows)


def page() -> str:
    """The text of the page."""
    head = HEAD.format(count=len(USERS_API), neighbours=len(NEIGHBOURS), door=DOOR)
    return head + _table(USERS_API, with_api=False) + NEIGHBOURS_HEAD + _table(NEIGHBOURS, with_api=True)


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
