# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The 62 operations of the Users API of Mattermost, each described once.

Whatever depends on a fact about an operation reads it here: the client builds requests from this table,
the transport decides what it may repeat, the documentation lists permissions and versions, tests go through all of it.

Names of operations and parameters are those of the API reference. Where a recording of a 7.6 server contradicts
the reference, the recording is right: ``termsOfServiceId`` (not ``serviceTermsId``), ``token`` (not ``code``) in
``reset_password``, ``in_team`` and ``in_channel`` (not ``team_id``, ``channel_id``) in ``autocomplete_users``, and
``per_page`` (not ``pageSize``) of channel members.
"""

from __future__ import annotations

from dataclasses import dataclass

API_PREFIX = "/api/v4"

#: The largest page that the server answers. It silently lowers larger requests to this.
LARGEST_PAGE = 200


@dataclass(frozen=True)
class Parameter:
    """A parameter of an operation.

    ``where`` is ``path``, ``query``, ``body`` (a key of the JSON object), ``items`` (the body is this JSON array) or
    ``file`` (a multipart upload). ``type`` is a JSON type. ``secret`` values never show in output.
    """

    name: str
    where: str
    type: str = "string"
    required: bool = False
    secret: bool = False


@dataclass(frozen=True)
class Operation:
    """An operation of the API.

    ``writes``: the operation changes the server or sends a message. Some POST requests only read.
    ``repeatable``: sending it twice leaves the server as sending it once does, but for time stamps. Only such an
    operation is sent again when it is unknown whether the first request took effect.
    ``local``: the local mode socket has it. ``remote``: the HTTP interface has it.
    ``needs``: licence or server setting that it depends on. ``removed_in``: the server version that no longer has it.
    ``answer``: ``object``, ``list`` or ``picture``. ``answer_secrets``: keys, at any depth of the answer, that hold a secret.
    """

    name: str
    method: str
    path: str
    summary: str
    permission: str
    parameters: tuple
    writes: bool
    repeatable: bool
    local: bool
    remote: bool
    minimum_version: str
    removed_in: str
    needs: str
    answer: str
    answer_secrets: tuple

    @property
    def paged(self) -> bool:
        """Whether the answer comes in pages (parameters ``page`` and ``per_page``)."""
        return any(parameter.name == "per_page" for parameter in self.parameters)

    def parameter(self, name: str) -> Parameter:
        """The parameter of that name. Raises ``KeyError`` if there is none."""
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter
        raise KeyError(name)


def in_path(name):
    return Parameter(name, "path", required=True)


def in_query(name, type="string", required=False, secret=False):
    return Parameter(name, "query", type, required, secret)


def in_body(name, type="string", required=False, secret=False):
    return Parameter(name, "body", type, required, secret)


def as_items(name):
    return Parameter(name, "items", "array", required=True)


def as_file(name):
    return Parameter(name, "file", "binary", required=True)


def _operation(
    name,
    method,
    path,
    summary,
    permission,
    parameters=(),
    writes=None,
    repeatable=None,
    local=False,
    remote=True,
    minimum_version="",
    removed_in="",
    needs="",
    answer="object",
    answer_secrets=(),
):
    if writes is None:
        writes = method != "GET"
    return Operation(
        name,
        method,
        API_PREFIX + path,
        summary,
        permission,
        parameters,
        writes,
        not writes if repeatable is None else repeatable,
        local,
        remote,
        minimum_version,
        removed_in,
        needs,
        answer,
        answer_secrets,
    )


OPERATIONS = {
    operation.name: operation
    for operation in (
        _operation(
            "attach_device_id",
            "PUT",
            "/users/sessions/device",
            "Attach mobile device",
            permission="the caller itself",
            parameters=(in_body("device_id", required=True),),
            repeatable=True,
        ),
        _operation(
            "autocomplete_users",
            "GET",
            "/users/autocomplete",
            "Autocomplete users",
            permission="a session; view_team and read_channel for the filters",
            parameters=(
                in_query("in_team"),
                in_query("in_channel"),
                in_query("name", required=True),
                in_query("limit", "integer"),
            ),
        ),
        _operation(
            "check_user_mfa",
            "POST",
            "/users/mfa",
            "Check MFA",
            permission="none",
            parameters=(in_body("login_id", required=True),),
            writes=False,
            removed_in="6.0",
        ),
        _operation(
            "convert_bot_to_user",
            "POST",
            "/bots/{bot_user_id}/convert_to_user",
            "Convert a bot into a user",
            permission="manage_system",
            parameters=(
                in_path("bot_user_id"),
                in_query("set_system_admin", "boolean"),
                in_body("email"),
                in_body("username"),
                in_body("password", required=True, secret=True),
                in_body("first_name"),
                in_body("last_name"),
                in_body("nickname"),
                in_body("position"),
                in_body("locale"),
                in_body("timezone", "object"),
                in_body("props", "object"),
                in_body("notify_props", "object"),
            ),
            local=True,
            minimum_version="5.26",
        ),
        _operation(
            "convert_user_to_bot",
            "POST",
            "/users/{user_id}/convert_to_bot",
            "Convert a user into a bot",
            permission="manage_system",
            parameters=(in_path("user_id"),),
            local=True,
            minimum_version="5.26",
        ),
        _operation(
            "create_user",
            "POST",
            "/users",
            "Create a user",
            permission="none on an open server; manage_system or a session otherwise",
            parameters=(
                in_query("t", secret=True),
                in_query("iid"),
                in_body("email", required=True),
                in_body("username"),
                in_body("password", secret=True),
                in_body("first_name"),
                in_body("last_name"),
                in_body("nickname"),
                in_body("position"),
                in_body("locale"),
                in_body("timezone", "object"),
                in_body("props", "object"),
                in_body("notify_props", "object"),
                in_body("auth_service"),
                in_body("auth_data"),
                in_body("email_verified", "boolean"),
                in_body("delete_at", "integer"),
                in_body("allow_marketing", "boolean"),
            ),
            local=True,
        ),
        _operation(
            "create_user_access_token",
            "POST",
            "/users/{user_id}/tokens",
            "Create a user access token",
            permission="create_user_access_token; edit_other_users for others",
            parameters=(in_path("user_id"), in_body("description", required=True), in_body("expires_at", "integer")),
            local=True,
            minimum_version="4.1",
            needs="ServiceSettings.EnableUserAccessTokens",
            answer_secrets=("token",),
        ),
        _operation(
            "delete_user",
            "DELETE",
            "/users/{user_id}",
            "Deactivate a user account, or delete it permanently",
            permission="the user itself or edit_other_users",
            parameters=(in_path("user_id"), in_query("permanent", "boolean")),
            local=True,
            needs="ServiceSettings.EnableAPIUserDeletion for permanent deletion",
        ),
        _operation(
            "demote_user_to_guest",
            "POST",
            "/users/{user_id}/demote",
            "Demote a user to a guest",
            permission="demote_to_guest",
            parameters=(in_path("user_id"),),
            local=True,
            minimum_version="5.16",
            needs="a licence and GuestAccountsSettings.Enable",
        ),
        _operation(
            "disable_user_access_token",
            "POST",
            "/users/tokens/disable",
            "Disable personal access token",
            permission="revoke_user_access_token; edit_other_users for others",
            parameters=(in_body("token_id", required=True),),
            repeatable=True,
            minimum_version="4.4",
        ),
        _operation(
            "enable_user_access_token",
            "POST",
            "/users/tokens/enable",
            "Enable personal access token",
            permission="create_user_access_token; edit_other_users for others",
            parameters=(in_body("token_id", required=True),),
            repeatable=True,
            minimum_version="4.4",
        ),
        _operation(
            "generate_mfa_secret",
            "POST",
            "/users/{user_id}/mfa/generate",
            "Generate MFA secret",
            permission="the user itself or edit_other_users",
            parameters=(in_path("user_id"),),
            needs="ServiceSettings.EnableMultifactorAuthentication",
            answer_secrets=("secret", "qr_code"),
        ),
        _operation(
            "get_channel_members_with_team_data_for_user",
            "GET",
            "/users/{user_id}/channel_members",
            "Get all channel members from all teams for a user",
            permission="the user itself or edit_other_users",
            parameters=(in_path("user_id"), in_query("page", "integer"), in_query("per_page", "integer")),
            minimum_version="6.2",
            answer="list",
        ),
        _operation(
            "get_default_profile_image",
            "GET",
            "/users/{user_id}/image/default",
            "Return user's default (generated) profile image",
            permission="a session",
            parameters=(in_path("user_id"),),
            minimum_version="5.5",
            answer="picture",
        ),
        _operation(
            "get_known_users",
            "GET",
            "/users/known",
            "Get user IDs of known users",
            permission="a session",
            minimum_version="5.23",
            answer="list",
        ),
        _operation(
            "get_profile_image",
            "GET",
            "/users/{user_id}/image",
            "Get a user's profile image",
            permission="a session",
            parameters=(in_path("user_id"), in_query("_", "number")),
            answer="picture",
        ),
        _operation(
            "get_sessions",
            "GET",
            "/users/{user_id}/sessions",
            "Get user's sessions",
            permission="the user itself or edit_other_users",
            parameters=(in_path("user_id"),),
            answer="list",
            answer_secrets=("csrf",),
        ),
        _operation(
            "get_total_users_stats", "GET", "/users/stats", "Get total count of users in the system", permission="a session"
        ),
        _operation(
            "get_total_users_stats_filtered",
            "GET",
            "/users/stats/filtered",
            "Get count of users that match filters",
            permission="manage_system",
            parameters=(
                in_query("in_team"),
                in_query("in_channel"),
                in_query("include_deleted", "boolean"),
                in_query("include_bots", "boolean"),
                in_query("roles"),
                in_query("channel_roles"),
                in_query("team_roles"),
            ),
            minimum_version="5.26",
        ),
        _operation(
            "get_uploads_for_user",
            "GET",
            "/users/{user_id}/uploads",
            "Get uploads for a user",
            permission="the user itself",
            parameters=(in_path("user_id"),),
            local=True,
            minimum_version="5.28",
            answer="list",
        ),
        _operation(
            "get_user",
            "GET",
            "/users/{user_id}",
            "Get a user",
            permission="a session",
            parameters=(in_path("user_id"),),
            local=True,
        ),
        _operation(
            "get_user_access_token",
            "GET",
            "/users/tokens/{token_id}",
            "Get a user access token",
            permission="read_user_access_token; edit_other_users for others",
            parameters=(in_path("token_id"),),
            minimum_version="4.1",
        ),
        _operation(
            "get_user_access_tokens",
            "GET",
            "/users/tokens",
            "Get personal access tokens of all users",
            permission="manage_system",
            parameters=(in_query("page", "integer"), in_query("per_page", "integer")),
            minimum_version="4.7",
            answer="list",
        ),
        _operation(
            "get_user_access_tokens_for_user",
            "GET",
            "/users/{user_id}/tokens",
            "Get personal access tokens of a user",
            permission="read_user_access_token; edit_other_users for others",
            parameters=(in_path("user_id"), in_query("page", "integer"), in_query("per_page", "integer")),
            local=True,
            minimum_version="4.1",
            answer="list",
        ),
        _operation(
            "get_user_audits",
            "GET",
            "/users/{user_id}/audits",
            "Get user's audits",
            permission="the user itself or edit_other_users",
            parameters=(in_path("user_id"), in_query("page", "integer"), in_query("per_page", "integer")),
            answer="list",
        ),
        _operation(
            "get_user_by_email",
            "GET",
            "/users/email/{email}",
            "Get a user by email",
            permission="a session that may see e-mail addresses",
            parameters=(in_path("email"),),
            local=True,
        ),
        _operation(
            "get_user_by_username",
            "GET",
            "/users/username/{username}",
            "Get a user by username",
            permission="a session",
            parameters=(in_path("username"),),
            local=True,
        ),
        _operation(
            "get_user_terms_of_service",
            "GET",
            "/users/{user_id}/terms_of_service",
            "Get the terms of service that the caller accepted last",
            permission="the caller itself",
            parameters=(in_path("user_id"),),
            minimum_version="5.6",
            needs="a licence and SupportSettings.CustomTermsOfServiceEnabled",
        ),
        _operation(
            "get_users",
            "GET",
            "/users",
            "Get users",
            permission="a session; membership in the team or channel of the filter",
            parameters=(
                in_query("page", "integer"),
                in_query("per_page", "integer"),
                in_query("in_team"),
                in_query("not_in_team"),
                in_query("in_channel"),
                in_query("not_in_channel"),
                in_query("in_group"),
                in_query("group_constrained", "boolean"),
                in_query("without_team", "boolean"),
                in_query("active", "boolean"),
                in_query("inactive", "boolean"),
                in_query("role"),
                in_query("sort"),
                in_query("roles"),
                in_query("channel_roles"),
                in_query("team_roles"),
                in_query("not_in_group"),
            ),
            local=True,
            answer="list",
        ),
        _operation(
            "get_users_by_group_channel_ids",
            "POST",
            "/users/group_channels",
            "Get users by group channels ids",
            permission="a session; membership in the group channels",
            parameters=(as_items("group_channel_ids"),),
            writes=False,
            minimum_version="5.14",
        ),
        _operation(
            "get_users_by_ids",
            "POST",
            "/users/ids",
            "Get users by ids",
            permission="a session",
            parameters=(in_query("since", "integer"), as_items("user_ids")),
            writes=False,
            local=True,
            answer="list",
        ),
        _operation(
            "get_users_by_usernames",
            "POST",
            "/users/usernames",
            "Get users by usernames",
            permission="a session",
            parameters=(as_items("usernames"),),
            writes=False,
            answer="list",
        ),
        _operation(
            "login",
            "POST",
            "/users/login",
            "Login to Mattermost server",
            permission="none",
            parameters=(
                in_body("login_id"),
                in_body("id"),
                in_body("password", required=True, secret=True),
                in_body("token", secret=True),
                in_body("device_id"),
                in_body("ldap_only", "boolean"),
            ),
        ),
        _operation(
            "login_by_cws_token",
            "POST",
            "/users/login/cws",
            "Auto-Login to Mattermost server using CWS token",
            permission="none",
            parameters=(in_body("login_id"), in_body("cws_token", secret=True)),
            needs="a Cloud licence",
        ),
        _operation("logout", "POST", "/users/logout", "Logout from the Mattermost server", permission="none", repeatable=True),
        _operation(
            "migrate_auth_to_ldap",
            "POST",
            "/users/migrate_auth/ldap",
            "Migrate user accounts authentication type to LDAP",
            permission="manage_system",
            parameters=(
                in_body("from", required=True),
                in_body("match_field", required=True),
                in_body("force", "boolean", required=True),
            ),
            local=True,
            minimum_version="5.28",
            needs="a licence and LDAP",
        ),
        _operation(
            "migrate_auth_to_saml",
            "POST",
            "/users/migrate_auth/saml",
            "Migrate user accounts authentication type to SAML",
            permission="manage_system",
            parameters=(
                in_body("from", required=True),
                in_body("matches", "object", required=True),
                in_body("auto", "boolean", required=True),
            ),
            local=True,
            minimum_version="5.28",
            needs="a licence and SAML",
        ),
        _operation(
            "patch_user",
            "PUT",
            "/users/{user_id}/patch",
            "Patch a user",
            permission="the user itself or edit_other_users",
            parameters=(
                in_path("user_id"),
                in_body("email"),
                in_body("username"),
                in_body("first_name"),
                in_body("last_name"),
                in_body("nickname"),
                in_body("position"),
                in_body("locale"),
                in_body("timezone", "object"),
                in_body("props", "object"),
                in_body("notify_props", "object"),
                in_body("password", secret=True),
            ),
            repeatable=True,
        ),
        _operation(
            "permanent_delete_all_users",
            "DELETE",
            "/users",
            "Permanently delete all users",
            permission="the local socket",
            local=True,
            remote=False,
            minimum_version="5.26",
        ),
        _operation(
            "promote_guest_to_user",
            "POST",
            "/users/{user_id}/promote",
            "Promote a guest to user",
            permission="promote_guest",
            parameters=(in_path("user_id"),),
            local=True,
            minimum_version="5.16",
        ),
        _operation(
            "publish_user_typing",
            "POST",
            "/users/{user_id}/typing",
            "Publish a user typing event",
            permission="the user itself or manage_system",
            parameters=(in_path("user_id"), in_body("channel_id", required=True), in_body("parent_id")),
            repeatable=True,
            minimum_version="5.26",
        ),
        _operation(
            "register_terms_of_service_action",
            "POST",
            "/users/{user_id}/terms_of_service",
            "Accept or decline the terms of service",
            permission="the caller itself",
            parameters=(
                in_path("user_id"),
                in_body("termsOfServiceId", required=True),
                in_body("accepted", "boolean", required=True),
            ),
            repeatable=True,
            minimum_version="5.4",
            needs="a licence and SupportSettings.CustomTermsOfServiceEnabled",
        ),
        _operation(
            "reset_password",
            "POST",
            "/users/password/reset",
            "Reset password",
            permission="none",
            parameters=(in_body("token", required=True, secret=True), in_body("new_password", required=True, secret=True)),
        ),
        _operation(
            "revoke_all_sessions",
            "POST",
            "/users/{user_id}/sessions/revoke/all",
            "Revoke all active sessions for a user",
            permission="the user itself or edit_other_users",
            parameters=(in_path("user_id"),),
            repeatable=True,
            minimum_version="4.4",
        ),
        _operation(
            "revoke_session",
            "POST",
            "/users/{user_id}/sessions/revoke",
            "Revoke a user session",
            permission="the user itself or edit_other_users",
            parameters=(in_path("user_id"), in_body("session_id", required=True)),
        ),
        _operation(
            "revoke_sessions_from_all_users",
            "POST",
            "/users/sessions/revoke/all",
            "Revoke all sessions from all users",
            permission="manage_system",
            minimum_version="5.14",
        ),
        _operation(
            "revoke_user_access_token",
            "POST",
            "/users/tokens/revoke",
            "Revoke a user access token",
            permission="revoke_user_access_token; edit_other_users for others",
            parameters=(in_body("token_id", required=True),),
            local=True,
            minimum_version="4.1",
        ),
        _operation(
            "search_user_access_tokens",
            "POST",
            "/users/tokens/search",
            "Search tokens",
            permission="manage_system",
            parameters=(in_body("term", required=True),),
            writes=False,
            minimum_version="4.7",
            answer="list",
        ),
        _operation(
            "search_users",
            "POST",
            "/users/search",
            "Search users",
            permission="a session; read_channel and view_team for the filters",
            parameters=(
                in_body("term", required=True),
                in_body("team_id"),
                in_body("not_in_team_id"),
                in_body("in_channel_id"),
                in_body("not_in_channel_id"),
                in_body("in_group_id"),
                in_body("group_constrained", "boolean"),
                in_body("allow_inactive", "boolean"),
                in_body("without_team", "boolean"),
                in_body("limit", "integer"),
                in_body("role"),
                in_body("roles", "array"),
                in_body("channel_roles", "array"),
                in_body("team_roles", "array"),
            ),
            writes=False,
            answer="list",
        ),
        _operation(
            "send_password_reset_email",
            "POST",
            "/users/password/reset/send",
            "Send password reset email",
            permission="none",
            parameters=(in_body("email", required=True),),
            local=True,
        ),
        _operation(
            "send_verification_email",
            "POST",
            "/users/email/verify/send",
            "Send verification email",
            permission="none",
            parameters=(in_body("email", required=True),),
        ),
        _operation(
            "set_default_profile_image",
            "DELETE",
            "/users/{user_id}/image",
            "Delete a user's profile image",
            permission="the user itself or edit_other_users",
            parameters=(in_path("user_id"),),
            repeatable=True,
            minimum_version="5.5",
        ),
        _operation(
            "set_profile_image",
            "POST",
            "/users/{user_id}/image",
            "Set user's profile image",
            permission="the user itself or edit_other_users",
            parameters=(in_path("user_id"), as_file("image")),
            repeatable=True,
        ),
        _operation(
            "switch_account_type",
            "POST",
            "/users/login/switch",
            "Switch login method",
            permission="the credentials of the user; its session when leaving OAuth or SAML",
            parameters=(
                in_body("current_service", required=True),
                in_body("new_service", required=True),
                in_body("email"),
                in_body("password", secret=True),
                in_body("new_password", secret=True),
                in_body("mfa_code", secret=True),
                in_body("ldap_id"),
            ),
            needs="ServiceSettings.ExperimentalEnableAuthenticationTransfer",
        ),
        _operation(
            "update_user",
            "PUT",
            "/users/{user_id}",
            "Update a user",
            permission="the user itself or edit_other_users",
            parameters=(
                in_path("user_id"),
                in_body("id", required=True),
                in_body("email", required=True),
                in_body("username", required=True),
                in_body("first_name"),
                in_body("last_name"),
                in_body("nickname"),
                in_body("position"),
                in_body("locale"),
                in_body("timezone", "object"),
                in_body("props", "object"),
                in_body("notify_props", "object"),
                in_body("password", secret=True),
            ),
            repeatable=True,
            local=True,
        ),
        _operation(
            "update_user_active",
            "PUT",
            "/users/{user_id}/active",
            "Activate or deactivate a user",
            permission="manage_system",
            parameters=(in_path("user_id"), in_body("active", "boolean", required=True)),
            repeatable=True,
            local=True,
        ),
        _operation(
            "update_user_auth",
            "PUT",
            "/users/{user_id}/auth",
            "Update a user's authentication method",
            permission="edit_other_users",
            parameters=(in_path("user_id"), in_body("auth_service", required=True), in_body("auth_data", required=True)),
            repeatable=True,
            minimum_version="4.6",
        ),
        _operation(
            "update_user_mfa",
            "PUT",
            "/users/{user_id}/mfa",
            "Update a user's MFA",
            permission="the user itself or edit_other_users",
            parameters=(in_path("user_id"), in_body("activate", "boolean", required=True), in_body("code", secret=True)),
            repeatable=True,
            local=True,
            needs="ServiceSettings.EnableMultifactorAuthentication to activate",
        ),
        _operation(
            "update_user_password",
            "PUT",
            "/users/{user_id}/password",
            "Update a user's password",
            permission="the user itself or manage_system",
            parameters=(
                in_path("user_id"),
                in_body("new_password", required=True, secret=True),
                in_body("current_password", secret=True),
                in_body("already_hashed", "boolean"),
            ),
            local=True,
        ),
        _operation(
            "update_user_roles",
            "PUT",
            "/users/{user_id}/roles",
            "Update a user's roles",
            permission="manage_roles",
            parameters=(in_path("user_id"), in_body("roles", required=True)),
            repeatable=True,
            local=True,
        ),
        _operation(
            "verify_user_email",
            "POST",
            "/users/email/verify",
            "Verify user email",
            permission="none",
            parameters=(in_body("token", required=True, secret=True),),
        ),
        _operation(
            "verify_user_email_without_token",
            "POST",
            "/users/{user_id}/email/verify/member",
            "Verify user email by ID",
            permission="manage_system",
            parameters=(in_path("user_id"),),
            repeatable=True,
            local=True,
            minimum_version="5.24",
            answer_secrets=("password",),
        ),
    )
}
