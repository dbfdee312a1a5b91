# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors the server answers with, by name.

``id`` is what clients decide upon, ``status`` the HTTP status. Some errors are answered
with another status in some places; ``MISSING_ACCOUNT(status=400)`` says so where it happens.
Some have another id in some cases; the cases are listed with the error.
"""

from __future__ import annotations

from dataclasses import dataclass


class ApiError(Exception):
    """An answer that is an error."""

    def __init__(self, error_id: str, status: int, message: str, detail: str = ""):
        super().__init__(f"{status} {error_id}")
        self.id, self.status, self.message, self.detail = error_id, status, message, detail

    def body(self, request_id: str | None) -> dict:
        """The JSON object that is sent."""
        body = {"id": self.id, "message": self.message, "detailed_error": self.detail, "status_code": self.status}
        if request_id:
            body["request_id"] = request_id
        return body


@dataclass(frozen=True)
class Problem:
    """A kind of error; calling it makes the error to raise."""

    status: int
    id: str
    message: str
    variants: tuple[tuple[str, str], ...] = ()  # in which case, and the id in that case

    def __call__(self, detail: str = "", status: int | None = None, case: str = "") -> ApiError:
        return ApiError(dict(self.variants).get(case, self.id), status or self.status, self.message, detail)


def bad_body(parameter: str) -> ApiError:
    """The body, or one of its parameters, is missing or of the wrong kind."""
    return ApiError("api.context.invalid_body_param.app_error", 400, f"Invalid or missing {parameter} in request body.")


def bad_url(parameter: str) -> ApiError:
    """A parameter of path or query is missing or of the wrong kind."""
    return ApiError("api.context.invalid_url_param.app_error", 400, f"Invalid or missing {parameter} parameter in request URL.")


def invalid_user(field: str) -> ApiError:
    """A field of a user breaks a rule."""
    return ApiError(f"model.user.is_valid.{field}.app_error", 400, f"Invalid user: {field}.")


def invalid_team(field: str) -> ApiError:
    """A field of a team breaks a rule."""
    return ApiError(f"model.team.is_valid.{field}.app_error", 400, f"Invalid team: {field}.")


def invalid_preference(field: str) -> ApiError:
    """A field of a preference breaks a rule."""
    return ApiError(f"model.preference.is_valid.{field}.app_error", 400, f"Invalid preference: {field}.")


# Cases in which an error has another id.
ADMINISTRATOR = "the caller is an administrator"


# ---- the request as such -------------------------------------------------
NOT_FOUND = Problem(404, "api.context.404.app_error", "There is nothing at this address.")
SESSION_EXPIRED = Problem(401, "api.context.session_expired.app_error", "Invalid or expired session.")
TOKEN_IN_QUERY = Problem(401, "api.context.token_provided.app_error", "A session token in the query is refused.")
PERMISSIONS = Problem(403, "api.context.permissions.app_error", "You do not have the permissions for this.")
MFA_REQUIRED = Problem(403, "api.context.mfa_required.app_error", "Multi-factor authentication is required.")
BAD_LIST = Problem(400, "api.payload.parse.error", "The request could not be read.")
SERVER_BUSY = Problem(503, "api.context.server_busy.app_error", "The server is busy.")

# ---- users -----------------------------------------------------------------
MISSING_ACCOUNT = Problem(404, "app.user.missing_account.const", "Unable to find the user.")
NO_SUCH_USERNAME = Problem(404, "app.user.get_by_username.app_error", "Unable to find a user of this name.")
EMAIL_HIDDEN = Problem(403, "api.user.get_user_by_email.permissions.app_error", "Mail addresses are hidden.")
USER_EXISTS = Problem(400, "app.user.save.existing.app_error", "A new user must not have an id.")
USERNAME_EXISTS = Problem(400, "app.user.save.username_exists.app_error", "This user name is taken.")
EMAIL_EXISTS = Problem(400, "app.user.save.email_exists.app_error", "This mail address is taken.")
SAVE_FAILED = Problem(500, "app.user.save.app_error", "Unable to save the user.")
CREATE_LIMIT = Problem(400, "api.user.create_user.user_limits.exceeded", "There are as many active users as there may be.")
NOT_FOR_OPEN_SERVER = Problem(400, "<untranslated>", "This makes no sense on a server that is open to everybody.")
ACCEPTED_DOMAIN = Problem(400, "api.user.create_user.accepted_domain.app_error", "The mail domain is not allowed.")
UPDATE_ACCEPTED_DOMAIN = Problem(400, "api.user.update_user.accepted_domain.app_error", "The mail domain is not allowed.")
SIGNUP_DISABLED = Problem(501, "api.user.create_user.signup_email_disabled.app_error", "Sign-up is disabled.")
NO_OPEN_SERVER = Problem(403, "api.user.create_user.no_open_server", "This server does not allow open sign-up.")
SIGNUP_LINK_INVALID = Problem(404, "api.user.create_user.signup_link_invalid.app_error", "Invalid sign-up link.")
NO_SUCH_INVITATION = Problem(404, "app.team.get_by_invite_id.finding.app_error", "Unable to find the invitation.")
UPDATE_FIND = Problem(400, "app.user.update.find.app_error", "Unable to find the account to update.")
PATCH_PROVIDER_ATTRIBUTE = Problem(
    409, "api.user.patch_user.login_provider_attribute_set.app_error", "This field is set by the login provider."
)
PUT_PROVIDER_ATTRIBUTE = Problem(
    409, "api.user.update_user.login_provider_attribute_set.app_error", "This field is set by the login provider."
)
SEARCH_FAILED = Problem(500, "app.user.search.app_error", "Unable to search users.")
AUTOCOMPLETE_NO_TEAM = Problem(500, "api.user.autocomplete_users.missing_team_id.app_error", "in_team is missing.")
NO_SUCH_GROUP = Problem(404, "app.group.no_rows", "No matching group found.")

# ---- roles, activation, deletion -----------------------------------------
ROLE_NOT_FOUND = Problem(400, "app.role.check_roles_exist.role_not_found", "There is no such role.")
ROLE_NEEDS_LICENSE = Problem(400, "api.user.update_user_roles.license.app_error", "This role needs a licence.")
ACTIVE_PERMISSIONS = Problem(403, "api.user.update_active.permissions.app_error", "You do not have the permissions for this.")
ACTIVE_NOT_ENABLED = Problem(401, "api.user.update_active.not_enable.app_error", "Users cannot deactivate themselves.")
ACTIVE_GUESTS_OFF = Problem(
    401,
    "api.user.update_active.cannot_enable_guest_when_guest_feature_is_disabled.app_error",
    "Guest accounts are switched off.",
)
LAST_ADMINISTRATOR = Problem(400, "app.user.update.lastAdmin.app_error", "This is the last administrator.")
ACTIVE_LDAP = Problem(
    403,
    "api.user.update_active.cannot_modify_status_when_user_is_managed_by_ldap.app_error",
    "LDAP decides whether this user is active.",
)
ACTIVE_LIMIT = Problem(400, "app.user.update_active.user_limit.exceeded", "There are as many active users as there may be.")
DELETE_NOT_ENABLED = Problem(
    401,
    "api.user.delete_user.not_enabled.app_error",
    "Permanent deletion is off.",
    ((ADMINISTRATOR, "api.user.delete_user.not_enabled.for_admin.app_error"),),
)

# ---- guests and bots -------------------------------------------------------
DEMOTE_LICENSE = Problem(501, "api.team.demote_user_to_guest.license.error", "Guest accounts need a licence.")
DEMOTE_DISABLED = Problem(501, "api.team.demote_user_to_guest.disabled.error", "Guest accounts are switched off.")
ALREADY_GUEST = Problem(501, "api.user.demote_user_to_guest.already_guest.app_error", "The user is a guest already.")
NO_GUEST = Problem(501, "api.user.promote_guest_to_user.no_guest.app_error", "The user is not a guest.")
BOT_SAVE_FAILED = Problem(500, "app.bot.createbot.internal_error", "Unable to save the bot.")
NO_SUCH_BOT = Problem(404, "store.sql_bot.get.missing.app_error", "Unable to find the bot.")
BOT_USERNAME = Problem(400, "model.bot.is_valid.username.app_error", "The name of the bot is not valid.")
BOT_DESCRIPTION = Problem(400, "model.bot.is_valid.description.app_error", "The description of the bot is too long.")
BOT_CREATION_DISABLED = Problem(403, "api.bot.create_disabled", "Bot creation is switched off.")

# ---- passwords and mails ---------------------------------------------------
NEW_USER_PASSWORD = Problem(400, "api.user.check_user_password.invalid.app_error", "Invalid password.")
WRONG_PASSWORD = Problem(401, "api.user.check_user_password.invalid.app_error", "Wrong password.")
WRONG_CURRENT_PASSWORD = Problem(400, "api.user.update_password.incorrect.app_error", "The current password is wrong.")
PASSWORD_OF_OTHER = Problem(403, "api.user.update_password.context.app_error", "Unable to change the password of this user.")
PASSWORD_OWN_HASHED = Problem(
    401, "api.user.update_password.user_and_hashed.app_error", "Only administrators can set a hashed password."
)
PASSWORD_SSO = Problem(400, "api.user.update_password.oauth.app_error", "The user logs in with another service.")
PASSWORD_OF_REMOTE = Problem(500, "api.user.update_password.failed.app_error", "The user belongs to another server.")
RESET_ATTEMPTS_PERMISSIONS = Problem(
    403, "api.user.reset_password_failed_attempts.permissions.app_error", "You do not have the permissions for this."
)
RESET_ATTEMPTS_SERVICE = Problem(
    400,
    "api.user.reset_password_failed_attempts.ldap_and_email_only.app_error",
    "This works for users who log in with a password or LDAP.",
)
RESET_SSO = Problem(400, "api.user.send_password_reset.sso.app_error", "The user logs in with another service.")
RESET_LINK_SSO = Problem(400, "api.user.reset_password.sso.app_error", "The user logs in with another service.")
RESET_LINK_INVALID = Problem(400, "api.user.reset_password.invalid_link.app_error", "The link is not valid.")
RESET_LINK_EXPIRED = Problem(400, "api.user.reset_password.link_expired.app_error", "The link has expired.")
VERIFY_BAD_LINK = Problem(400, "api.user.verify_email.bad_link.app_error", "The link is not valid.")

# ---- login and sessions ------------------------------------------------------
LOGIN_BLANK_PASSWORD = Problem(400, "api.user.login.blank_pwd.app_error", "The password is empty.")
LOGIN_UNKNOWN = Problem(400, "store.sql_user.get_for_login.app_error", "There is no such account.")
LOGIN_OTHER_SERVICE = Problem(400, "api.user.login.use_auth_service.app_error", "The user logs in with another service.")
LOGIN_INACTIVE = Problem(401, "api.user.login.inactive.app_error", "The account is deactivated.")
LOGIN_BOT = Problem(401, "api.user.login.bot_login_forbidden.app_error", "Bots cannot log in.")
LOGIN_NOT_VERIFIED = Problem(401, "api.user.login.not_verified.app_error", "The mail address is not verified.")
LOGIN_TOO_MANY = Problem(401, "api.user.check_user_login_attempts.too_many.app_error", "Too many failed attempts.")
LOGIN_GUEST_LICENSE = Problem(401, "api.user.login.guest_accounts.license.error", "Guest accounts need a licence.")
LOGIN_GUEST_DISABLED = Problem(401, "api.user.login.guest_accounts.disabled.error", "Guest accounts are switched off.")
LOGIN_INVALID = Problem(401, "api.user.login.invalid_credentials_email_username", "Invalid credentials.")
LOGIN_INVALID_EMAIL = Problem(401, "api.user.login.invalid_credentials_email", "Invalid credentials.")
LOGIN_INVALID_USERNAME = Problem(401, "api.user.login.invalid_credentials_username", "Invalid credentials.")
LOGIN_REMOTE = Problem(401, "api.user.login.remote_users.login.error", "The user belongs to another server.")
DESKTOP_TOKEN_INVALID = Problem(401, "app.desktop_token.validate.invalid", "The token is not valid.")
CWS_LICENSE = Problem(401, "api.user.login_cws.license.error", "This needs a cloud licence.")
NO_SUCH_SESSION = Problem(400, "app.session.get.app_error", "Unable to find the session.")

# ---- MFA -----------------------------------------------------------------------
MFA_DISABLED = Problem(501, "mfa.mfa_disabled.app_error", "Multi-factor authentication is switched off.")
MFA_BAD_CODE = Problem(401, "mfa.activate.bad_token.app_error", "The code is not valid.")
MFA_OTHER_SERVICE = Problem(
    400, "api.user.activate_mfa.email_and_ldap_only.app_error", "MFA is not available for this login service."
)
MFA_LOGIN_NO_CODE = Problem(401, "mfa.validate_token.authenticate.app_error", "A code is needed.")
MFA_LOGIN_BAD_CODE = Problem(401, "api.user.check_user_mfa.bad_code.app_error", "The code is not valid.")

# ---- login services ---------------------------------------------------------------
AUTH_INCOMPLETE = Problem(400, "api.user.update_user_auth.invalid_request", "Service and data are both needed.")
AUTH_DATA_EXISTS = Problem(400, "app.user.update_auth_data.email_exists.app_error", "The auth data is taken.")
AUTH_SAVE_FAILED = Problem(500, "app.user.update_auth_data.app_error", "Unable to save the auth data.")
EMAIL_TO_LDAP = Problem(501, "api.user.email_to_ldap.not_available.app_error", "LDAP is not available.")
EMAIL_TO_OAUTH = Problem(403, "api.user.email_to_oauth.not_available.app_error", "The transfer is switched off.")
OAUTH_UNSUPPORTED = Problem(501, "api.user.authorize_oauth_user.unsupported.app_error", "The service is not configured.")
OAUTH_TO_EMAIL_OTHER = Problem(403, "api.user.oauth_to_email.context.app_error", "This is not your account.")
OAUTH_TO_EMAIL = Problem(403, "api.user.oauth_to_email.not_available.app_error", "The transfer is switched off.")
LDAP_TO_EMAIL = Problem(501, "api.user.ldap_to_email.not_available.app_error", "LDAP is not available.")
NOT_LDAP_ACCOUNT = Problem(400, "api.user.ldap_to_email.not_ldap_account.app_error", "This is not an LDAP account.")
MIGRATE_LDAP = Problem(501, "api.admin.ldap.not_available.app_error", "LDAP is not available.")
MIGRATE_SAML = Problem(501, "api.admin.saml.not_available.app_error", "SAML is not available.")

# ---- personal access tokens ---------------------------------------------------------
TOKENS_DISABLED = Problem(501, "app.user_access_token.disabled", "Personal access tokens are switched off.")
NO_SUCH_TOKEN = Problem(404, "app.user_access_token.get_by_user.app_error", "Unable to find the token.")
TOKEN_DESCRIPTION = Problem(400, "model.user_access_token.is_valid.description.app_error", "The description is too long.")

# ---- pictures ------------------------------------------------------------------------
IMAGE_TOO_LARGE = Problem(413, "api.user.upload_profile_user.too_large.app_error", "The file is too large.")
IMAGE_NO_FORM = Problem(500, "api.user.upload_profile_user.parse.app_error", "The body is not a multipart form.")
IMAGE_NO_FILE = Problem(400, "api.user.upload_profile_user.no_file.app_error", "There is no file under `image`.")
IMAGE_LIMITS = Problem(
    400, "api.user.upload_profile_user.check_image_limits.app_error", "The file is not a picture, or too big."
)
IMAGE_PROVIDER_ATTRIBUTE = Problem(
    409, "api.user.upload_profile_user.login_provider_attribute_set.app_error", "The picture is set by the login provider."
)

# ---- terms of service, uploads -----------------------------------------------------------
TERMS_DISABLED = Problem(
    400, "api.create_terms_of_service.custom_terms_of_service_disabled.app_error", "Custom terms of service need a licence."
)
NO_SUCH_TERMS = Problem(404, "app.terms_of_service.get.no_rows.app_error", "There are no such terms of service.")
NO_TERMS_ACCEPTED = Problem(
    404, "app.user_terms_of_service.get_by_user.no_rows.app_error", "No terms of service were accepted."
)
UPLOADS_OF_OTHER = Problem(403, "api.user.get_uploads_for_user.forbidden.app_error", "Uploads are visible to their owner only.")

# ---- teams ---------------------------------------------------------------------------------
NO_SUCH_TEAM = Problem(404, "app.team.get.find.app_error", "Unable to find the team.")
NO_SUCH_TEAM_NAME = Problem(404, "app.team.get_by_name.missing.app_error", "Unable to find a team of this name.")
TEAM_EXISTS = Problem(400, "app.team.save.existing.app_error", "A team of this name exists.")
TEAM_NAME = Problem(400, "model.team.is_valid.url.app_error", "The name of the team is not valid.")
TEAM_NAME_CHARACTERS = Problem(400, "model.team.is_valid.characters.app_error", "The name of the team is not valid.")
TEAM_CREATION_FORBIDDEN = Problem(
    403, "api.team.is_team_creation_allowed.disabled.app_error", "You do not have the permissions for this."
)
TEAM_DELETION_OFF = Problem(401, "api.user.delete_team.not_enabled.app_error", "Permanent deletion of teams is off.")
NO_TEAM_MEMBER = Problem(404, "app.team.get_member.missing.app_error", "The user was never a member of the team.")
TEAM_NEVER_MEMBER = Problem(400, "api.team.remove_user_from_team.missing.app_error", "The user was never a member of the team.")
TEAM_ADD_NO_BODY = Problem(400, "api.team.add_team_member.invalid_body.app_error", "The body cannot be read.")
TEAM_DOMAINS = Problem(
    400, "api.team.join_user_to_team.allowed_domains.app_error", "The team does not allow the mail domain of the user."
)
TEAM_FULL = Problem(400, "app.team.join_user_to_team.max_accounts.app_error", "The team has as many members as it can.")
TEAM_GROUP_CONSTRAINED = Problem(400, "api.team.add_members.user_denied", "Groups decide who is in this team.")
TEAM_REMOVE_GROUP_CONSTRAINED = Problem(
    400, "api.team.remove_member.group_constrained.app_error", "Groups decide who is in this team."
)

# ---- roles of members ----------------------------------------------------------------------
NO_SUCH_ROLE = Problem(404, "app.role.get_by_name.app_error", "Unable to find the role.")
NO_SUCH_ROLE_ID = Problem(404, "app.role.get.app_error", "Unable to find the role.")
ROLE_PATCH_LICENSE = Problem(501, "api.roles.patch_roles.license.error", "Without a licence this role stays as it is.")
MEMBER_ROLE_OF_OTHER_KIND = Problem(
    400, "api.channel.update_team_member_roles.scheme_role.app_error", "This role is not one of members of this kind."
)
TEAM_ROLES_GUEST_AND_USER = Problem(
    400, "api.team.update_team_member_roles.guest_and_user.app_error", "A member is either a guest or a user."
)
CHANNEL_ROLES_GUEST_CHANGED = Problem(
    400, "api.channel.update_team_member_roles.changing_guest_role.app_error", "A guest stays a guest, a user stays a user."
)
TEAM_SCHEME_GUEST = Problem(
    400, "api.team.update_team_member_roles.guest.app_error", "A guest cannot become a user of the team."
)
TEAM_SCHEME_USER_AND_GUEST = Problem(
    400, "api.team.update_team_member_roles.user_and_guest.app_error", "A member is either a guest or a user."
)
TEAM_SCHEME_NO_USER = Problem(
    400, "api.team.update_team_member_roles.unset_user_scheme.app_error", "A member is at least a user of the team."
)
CHANNEL_SCHEME_GUEST = Problem(
    400, "api.channel.update_channel_member_roles.guest.app_error", "A guest cannot become a user of the channel."
)
CHANNEL_SCHEME_USER_AND_GUEST = Problem(
    400, "api.channel.update_channel_member_roles.user_and_guest.app_error", "A member is either a guest or a user."
)
CHANNEL_SCHEME_NO_USER = Problem(
    400, "api.channel.update_channel_member_roles.unset_user_scheme.app_error", "A member is at least a user of the channel."
)

# ---- channels ------------------------------------------------------------------------------
NO_SUCH_CHANNEL = Problem(404, "app.channel.get.existing.app_error", "Unable to find the channel.")
NO_SUCH_CHANNEL_NAME = Problem(404, "app.channel.get_by_name.missing.app_error", "Unable to find a channel of this name.")
NO_CHANNELS = Problem(404, "app.channel.get_channels.not_found.app_error", "The user is in no channel of the team.")
CHANNEL_EXISTS = Problem(400, "store.sql_channel.save_channel.exists.app_error", "A channel of this name exists.")
CHANNEL_NAME = Problem(400, "model.channel.is_valid.1_or_more.app_error", "The name of the channel is not valid.")
CHANNEL_IS_DEFAULT = Problem(400, "api.channel.delete_channel.cannot.app_error", "The default channel stays.")
CHANNEL_IS_ARCHIVED = Problem(400, "api.channel.delete_channel.deleted.app_error", "The channel is archived already.")
CHANNEL_NOT_ARCHIVED = Problem(400, "api.channel.restore_channel.restored.app_error", "The channel is not archived.")
NO_CHANNEL_MEMBER = Problem(404, "app.channel.get_member.missing.app_error", "The user is not a member of the channel.")
CHANNEL_ADD_TYPE = Problem(400, "api.channel.add_user_to_channel.type.app_error", "Nobody can be added to this channel.")
CHANNEL_ADD_LEFT_TEAM = Problem(
    400, "api.channel.add_user.to.channel.failed.deleted.app_error", "The user has left the team of the channel."
)
CHANNEL_ADD_DEACTIVATED = Problem(403, "app.channel.add_member.deleted_user.app_error", "The user is deactivated.")
CHANNEL_GROUP_CONSTRAINED = Problem(400, "api.channel.add_members.user_denied", "Groups decide who is in this channel.")
CHANNEL_REMOVE_TYPE = Problem(
    400, "api.channel.remove_channel_member.type.app_error", "Nobody can be removed from this channel."
)
CHANNEL_REMOVE_DEFAULT = Problem(400, "api.channel.remove.default.app_error", "Nobody leaves the default channel.")
CHANNEL_REMOVE_GROUP_CONSTRAINED = Problem(
    400, "api.channel.remove_member.group_constrained.app_error", "Groups decide who is in this channel."
)
GROUP_CHANNEL_SIZE = Problem(400, "api.channel.create_group.bad_size.app_error", "A group message has 3 to 8 members.")

# ---- the server and the user report ---------------------------------------------------------
CLIENT_CONFIG_FORMAT = Problem(501, "api.config.client.old_format.app_error", "The format is missing.")
CLIENT_LICENSE_FORMAT = Problem(400, "api.license.client.old_format.app_error", "The format is missing.")
CPA_LICENSE = Problem(403, "api.custom_profile_attributes.license_error", "Custom attributes need another licence.")
REPORT_TEAM = Problem(400, "api.getUsersForReporting.invalid_team_filter", "The team is not valid.")
REPORT_ACTIVE = Problem(400, "api.getUsersForReporting.invalid_active_filter", "Both filters leave nobody.")
REPORT_PAGE_SIZE = Problem(400, "api.getUsersForReporting.invalid_page_size", "The size of a page is 1 to 100.")
REPORT_SORT = Problem(400, "model.user_report_options.is_valid.invalid_sort_column", "Unable to sort by this.")
REPORT_FAILED = Problem(500, "app.report.get_user_report.store_error", "Unable to get the report.")

# ---- preferences ----------------------------------------------------------------------------
PREFERENCE_OF_OTHER = Problem(
    403, "api.preference.update_preferences.set.app_error", "This preference belongs to another user."
)
PREFERENCE_DELETE_OF_OTHER = Problem(
    403, "api.preference.delete_preferences.delete.app_error", "This preference belongs to another user."
)
NO_SUCH_PREFERENCE = Problem(400, "app.preference.get.app_error", "Unable to find the preference.")
NO_SUCH_CATEGORY = Problem(404, "app.preference.get_category.app_error", "There are no preferences of this category.")
