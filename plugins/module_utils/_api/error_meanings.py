# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the error ids of the server mean: cause and remedy for people, and for some a kind that services ask for.

The server's own texts are translated and often name no way out. Causes are taken from recordings. Ids change between
releases, kinds do not: an id of a new release is one more row.
"""

from __future__ import annotations

from dataclasses import dataclass

# What services ask for: ``error.means(WRONG_LOGIN)``.
ACCOUNT_LOCKED = "the account is locked"
ACTIVATION_OWNED_BY_LDAP = "LDAP owns the activation"
ADDRESS_NOT_VERIFIED = "the address is not verified"
ALREADY_A_GUEST = "already a guest"
ALREADY_A_USER = "not a guest"
DELETION_OFF = "permanent deletion is off"
EMAIL_TAKEN = "the address is taken"
LAST_ADMINISTRATOR = "the last administrator keeps the role"
MFA_CODE_MISSING = "a code is missing"
MFA_CODE_REFUSED = "the code of an enrolment is refused"
NOT_IN_CHANNELS_TEAM = "the user is not in the team of the channel"
NO_GUESTS = "there can be no guests"
NO_SUCH_USER = "there is no such user"
SESSION_GONE = "there is no such session"
TOKEN_GONE = "there is no such token"  # noqa: S105  a kind of error
TOO_MANY_USERS = "there are too many active users"
USER_INACTIVE = "the user is deactivated"
USERNAME_TAKEN = "the user name is taken"
WRONG_LOGIN = "login or password is wrong"


@dataclass(frozen=True)
class Explanation:
    """``complete``: the cause says all; the server's own text need not follow it. ``kind``: one of the constants above."""

    cause: str
    remedy: str
    complete: bool = True
    kind: str = ""


def _hint(cause, remedy):
    """An explanation that the server's own text completes, because it names the parameter."""
    return Explanation(cause, remedy, complete=False)


_NOTHING = Explanation("", "", complete=False)

#: How the ids of this error begin; they go on with the parts of the policy.
POLICY_IDS = "model.user.is_valid.pwd"

PASSWORD_POLICY = _hint(
    "the password does not meet the server's password policy",
    "Choose a password that has what PasswordSettings on the server asks for",
)

#: Ids of the policy that say what is wrong with the length.
_LENGTHS = {
    "min_length": Explanation(
        "the password does not meet the server's password policy: it is too short",
        "Give a password of at least PasswordSettings.MinimumLength characters",
    ),
    "max_length": Explanation(
        "the password does not meet the server's password policy: it is too long",
        "Give a password of at most 72 bytes in UTF-8",
    ),
}

_POLICY_PARTS = {
    "lowercase": "a lower-case letter",
    "uppercase": "an upper-case letter",
    "number": "a digit",
    "symbol": "a symbol",
}


def _policy(error_id: str) -> Explanation:
    """What the id says of a password: the parts of the policy that it lacks, on older servers all parts of it."""
    parts = error_id[len(POLICY_IDS) :].split(".", maxsplit=1)[0].strip("_")
    if parts in _LENGTHS:
        return _LENGTHS[parts]
    wanted = [text for part, text in _POLICY_PARTS.items() if part in parts.split("_")]
    if not wanted:
        return PASSWORD_POLICY
    return Explanation(
        "the password does not meet the server's password policy",
        f"Choose a password that has {', '.join(wanted)}, as PasswordSettings on the server ask for",
    )


_SWITCHED_OFF_TOKENS = Explanation(
    "personal access tokens are switched off", "Set ServiceSettings.EnableUserAccessTokens to true on the server"
)

_NO_LDAP = Explanation("LDAP is not available on this server", "It needs a licence with LDAP and LdapSettings.Enable")

_NO_TRANSFER = Explanation(
    "the change of the login service by users is switched off",
    "Set ServiceSettings.ExperimentalEnableAuthenticationTransfer to true on the server",
)

_NO_TRANSFER_WITH_LDAP = Explanation(
    "LDAP is not available on this server, or the change of the login service by users is switched off",
    "It needs a licence with LDAP, LdapSettings.Enable and ServiceSettings.ExperimentalEnableAuthenticationTransfer",
)

_NO_DELETION = Explanation(
    "the server forbids permanent deletion of users",
    "Set ServiceSettings.EnableAPIUserDeletion to true on the server, or declare state: inactive instead",
    kind=DELETION_OFF,
)

_FULL = Explanation(
    "the server has as many active users as it takes without a licence",
    "Deactivate accounts that are not needed, or install a licence",
    kind=TOO_MANY_USERS,
)

_FULL_BY_LICENCE = Explanation(
    "the server has as many active users as its licence allows",
    "Deactivate accounts that are not needed, or extend the licence",
    kind=TOO_MANY_USERS,
)

EXPLANATIONS = {
    "api.user.login.invalid_credentials_username": Explanation(
        "user name or password is wrong", "Check api_login_id (a user name on this server) and api_password", kind=WRONG_LOGIN
    ),
    "api.payload.parse.error": Explanation(
        "the server cannot read the request", "Give lists of texts where the operation takes them"
    ),
    "api.config.client.old_format.app_error": Explanation(
        "this server has only the old form of the configuration", "Give format: old"
    ),
    "api.user.create_user.signup_link_invalid.app_error": Explanation(
        "the invitation is not known or was used", "Ask for another invitation"
    ),
    "api.user.create_user.user_limits.exceeded": _FULL,
    "api.user.create_user.license_user_limits.exceeded": _FULL_BY_LICENCE,
    "app.user.update_active.user_limit.exceeded": _FULL,
    "app.user.update_active.license_user_limit.exceeded": _FULL_BY_LICENCE,
    "api.user.delete_user.not_enabled.for_admin.app_error": _NO_DELETION,
    "api.user.login.remote_users.login.error": Explanation(
        "the account belongs to another server (remote_id)", "Log in on that server"
    ),
    "api.user.reset_password_failed_attempts.ldap_and_email_only.app_error": Explanation(
        "only accounts with e-mail or LDAP login are locked by failed logins", "Unlock the user in its own login service"
    ),
    "api.user.reset_password_failed_attempts.permissions.app_error": Explanation(
        "the caller may not unlock this account; nobody may unlock their own", "Use the token of another system administrator"
    ),
    "api.user.update_active.cannot_modify_status_when_user_is_managed_by_ldap.app_error": Explanation(
        "the account is managed by LDAP, which alone activates and deactivates it",
        "Activate or deactivate the user in LDAP",
        kind=ACTIVATION_OWNED_BY_LDAP,
    ),
    "api.user.update_password.failed.app_error": Explanation(
        "the server could not store the password; an account of another server (remote_id) cannot have one",
        "Set the password on the server that the account belongs to",
    ),
    "api.user.upload_profile_user.no_file.app_error": Explanation("the request holds no picture", "Give a picture in image"),
    "app.bot.createbot.internal_error": Explanation(
        "the bot cannot be made; maybe the user is a bot already", "Look at the account, and at the log of the server"
    ),
    "app.user.save.existing.app_error": Explanation("the server chooses the id of a new user", "Leave out id"),
    "app.user.update.lastAdmin.app_error": Explanation(
        "the account is the last active administrator, which keeps the role",
        "Give the role system_admin to another account first",
        kind=LAST_ADMINISTRATOR,
    ),
    "app.user_terms_of_service.get_by_user.no_rows.app_error": Explanation(
        "the caller has not accepted any terms of service", ""
    ),
    "model.user.is_valid.invalidProperty.app_error": Explanation(
        "a property is not valid", "Correct props; customStatus has to be the JSON text of a status"
    ),
    "app.team.get_by_invite_id.finding.app_error": Explanation("there is no team with this invitation", "Correct iid"),
    "app.team.get.find.app_error": Explanation("there is no such team", "Correct the id of the team"),
    "app.team.get_by_name.missing.app_error": Explanation("there is no such team", "Correct the name of the team"),
    "app.team.get_member.missing.app_error": Explanation(
        "the user is not in the team", "Add the user to the team first", kind=NOT_IN_CHANNELS_TEAM
    ),
    "app.team.join_user_to_team.max_accounts.app_error": Explanation(
        "the team has as many members as the server takes", "Raise TeamSettings.MaxUsersPerTeam on the server"
    ),
    "api.team.join_user_to_team.allowed_domains.app_error": Explanation(
        "the team takes addresses of certain domains only", "Use an address of the team's allowed_domains"
    ),
    "api.team.add_members.user_denied": Explanation(
        "the members of the team are those of its groups", "Add the user to a group of the team"
    ),
    "api.team.remove_user_from_team.missing.app_error": Explanation("the user was never in the team", ""),
    "api.team.update_team_member_roles.guest.app_error": Explanation(
        "a guest cannot be administrator of a team", "Leave out the role of the guest"
    ),
    "api.bot.create_disabled": Explanation(
        "bots cannot be created on this server", "Set ServiceSettings.EnableBotAccountCreation to true on the server"
    ),
    "api.channel.add_user.to.channel.failed.deleted.app_error": Explanation(
        "the user has left the team of the channel", "Add the user to the team first", kind=NOT_IN_CHANNELS_TEAM
    ),
    "api.channel.remove.default.app_error": Explanation(
        "nobody can leave the default channel of a team", "Remove the user from the team"
    ),
    "app.channel.add_member.deleted_user.app_error": Explanation(
        "the account is deactivated and cannot join a channel", "Activate it first", kind=USER_INACTIVE
    ),
    "app.channel.get.existing.app_error": Explanation("there is no such channel", "Correct the id of the channel"),
    "app.channel.get_by_name.missing.app_error": Explanation(
        "the team has no such channel, or it is archived", "Correct the name of the channel"
    ),
    "app.channel.get_member.missing.app_error": Explanation("the user is not in the channel", ""),
    "app.channel.get_channels.not_found.app_error": Explanation("the user is in no channel of the team", ""),
    "app.role.get_by_name.app_error": Explanation("there is no such role", "Correct the name of the role"),
    "api.getUsersForReporting.invalid_page_size": Explanation("page_size is out of range", "Give 1 to 100"),
    "model.bot.is_valid.username.app_error": Explanation(
        "the user name of the bot is not valid", "Use 1 to 64 characters a-z, 0-9, dot, dash and underscore"
    ),
    "api.admin.ldap.not_available.app_error": _NO_LDAP,
    "api.admin.saml.not_available.app_error": Explanation(
        "SAML is not available on this server", "It needs a licence with SAML and SamlSettings.Enable"
    ),
    "api.context.404.app_error": Explanation(
        "the server has no such operation at this address",
        "Check api_url, the server's version, and whether the operation exists on the local socket",
    ),
    "api.context.invalid_body_param.app_error": _hint(
        "the server does not accept a value", "Correct the parameter that the server names"
    ),
    "api.context.invalid_url_param.app_error": _hint(
        "the server does not accept an id or parameter of the address", "Correct the parameter that the server names"
    ),
    "api.context.mfa_required.app_error": Explanation(
        "the server enforces multi-factor authentication and the caller has none",
        "Enrol the caller with mm_user_mfa and user_id: me, or set ServiceSettings.EnforceMultifactorAuthentication to false",
    ),
    "api.context.permissions.app_error": Explanation(
        "the caller lacks the permission for this",
        "Use the token of a system administrator, or of a user whose roles grant the permission",
    ),
    "api.context.server_busy.app_error": Explanation(
        "the server is marked busy and refuses expensive requests", "Try again later"
    ),
    "api.context.session_expired.app_error": Explanation(
        "the server does not accept the session: the token is wrong, expired, disabled or revoked, its owner is "
        "deactivated, or personal access tokens are switched off",
        "Check api_token (or MATTERMOST_TOKEN), and ServiceSettings.EnableUserAccessTokens on the server",
    ),
    "api.context.token_provided.app_error": Explanation(
        "the token was sent in the address", "Send it in the Authorization header"
    ),
    "api.create_terms_of_service.custom_terms_of_service_disabled.app_error": Explanation(
        "custom terms of service are not available", "They need a licence and SupportSettings.CustomTermsOfServiceEnabled"
    ),
    "api.migrate_to_saml.error": _hint(  # the server has no other id for LDAP
        "the migration failed, maybe after some accounts had been migrated",
        "Run the task in check mode to see who is left; the server's log tells more",
    ),
    "api.team.demote_user_to_guest.disabled.error": Explanation(
        "guest accounts are switched off", "Set GuestAccountsSettings.Enable to true on the server", kind=NO_GUESTS
    ),
    "api.team.demote_user_to_guest.license.error": Explanation(
        "guest accounts need a licence, which this server does not have",
        "Leave out guest: true, or install a licence",
        kind=NO_GUESTS,
    ),
    "api.user.authorize_oauth_user.unsupported.app_error": Explanation(
        "the login service is not configured on this server", "Configure and enable it in the settings of the server"
    ),
    "api.user.activate_mfa.email_and_ldap_only.app_error": Explanation(
        "only accounts with e-mail or LDAP login have multi-factor authentication in Mattermost",
        "Enrol the user in its own login service",
    ),
    "api.user.autocomplete_users.missing_team_id.app_error": Explanation(
        "a channel filter needs its team as well", "Give in_team together with in_channel"
    ),
    "api.user.check_user_login_attempts.too_many.app_error": Explanation(
        "the account is locked after too many failed logins",
        "Unlock it with mm_user and unlock: true, or set a new password for it",
        kind=ACCOUNT_LOCKED,
    ),
    "api.user.check_user_mfa.bad_code.app_error": Explanation(
        "the MFA code is wrong, or has been used before",
        "Give a current code in api_mfa_code; it is good for one login, so keep the session for the other tasks of the play "
        "with api_session_path",
    ),
    "api.user.check_user_password.invalid.app_error": Explanation(
        "the password is wrong, missing, or does not meet the server's password policy",
        "Give the right password; a new one has to meet PasswordSettings of the server",
    ),
    "api.user.create_user.accepted_domain.app_error": Explanation(
        "the server restricts accounts to certain e-mail domains",
        "Use an address of TeamSettings.RestrictCreationToDomains, or change that setting",
    ),
    "api.user.create_user.disabled.app_error": _SWITCHED_OFF_TOKENS,
    "api.user.create_user.no_open_server": Explanation(
        "the server is not open to anonymous sign-up", "Use the token of a system administrator"
    ),
    "api.user.create_user.signup_email_disabled.app_error": Explanation(
        "creation of accounts is switched off", "Set TeamSettings.EnableUserCreation to true on the server"
    ),
    "api.user.delete_user.not_enabled.app_error": _NO_DELETION,
    "api.user.demote_user_to_guest.already_guest.app_error": Explanation(
        "the user is a guest already", "", kind=ALREADY_A_GUEST
    ),
    "api.user.email_to_ldap.not_available.app_error": _NO_TRANSFER_WITH_LDAP,
    "api.user.email_to_oauth.not_available.app_error": _NO_TRANSFER,
    "api.user.get_uploads_for_user.forbidden.app_error": Explanation(
        "only the owner sees its uploads, administrators included", "Use the token of that user"
    ),
    "api.user.get_user_by_email.permissions.app_error": Explanation(
        "the caller may not see e-mail addresses",
        "Use the token of a system administrator, or set PrivacySettings.ShowEmailAddress to true",
    ),
    "api.user.ldap_to_email.not_available.app_error": _NO_TRANSFER_WITH_LDAP,
    "api.user.ldap_to_email.not_ldap_account.app_error": Explanation(
        "the user does not log in with LDAP", "Correct current_service"
    ),
    "api.user.login.blank_pwd.app_error": Explanation("the password is empty", "Give api_password"),
    "api.user.login.bot_login_forbidden.app_error": Explanation(
        "a bot cannot log in with a password", "Use a personal access token of the bot"
    ),
    "api.user.login.inactive.app_error": Explanation(
        "the account is deactivated", "Activate it, or log in with another account"
    ),
    "api.user.login.invalid_credentials_email": Explanation(
        "e-mail address or password is wrong",
        "Check api_login_id (an e-mail address on this server) and api_password",
        kind=WRONG_LOGIN,
    ),
    "api.user.login.invalid_credentials_email_username": Explanation(
        "login or password is wrong", "Check api_login_id and api_password", kind=WRONG_LOGIN
    ),
    "api.user.login.not_verified.app_error": Explanation(
        "the e-mail address of the account is not verified",
        "Verify it, or set EmailSettings.RequireEmailVerification to false",
        kind=ADDRESS_NOT_VERIFIED,
    ),
    "api.user.login_cws.license.error": Explanation("the server has no Cloud licence", "Log in with another method"),
    "api.user.oauth_to_email.context.app_error": Explanation(
        "the server lets the user alone switch back to email", "Use a token of that user, or set a password as administrator"
    ),
    "api.user.oauth_to_email.not_available.app_error": _NO_TRANSFER,
    "api.user.patch_user.login_provider_attribute_set.app_error": _hint(
        "the user's login service owns this field", "Change it in the login service"
    ),
    "api.user.promote_guest_to_user.no_guest.app_error": Explanation("the user is not a guest", "", kind=ALREADY_A_USER),
    "api.user.reset_password.invalid_link.app_error": Explanation(
        "the token for the password reset is unknown or used up", "Ask for a new e-mail"
    ),
    "api.user.reset_password.link_expired.app_error": Explanation(
        "the token for the password reset has expired, or was sent to another address", "Ask for a new e-mail"
    ),
    "api.user.reset_password.sso.app_error": Explanation(
        "the user logs in with another service and has no password here", "Reset the password in that service"
    ),
    "api.user.send_password_reset.send.app_error": Explanation(
        "the server could not send the e-mail", "Check EmailSettings on the server"
    ),
    "api.user.send_password_reset.sso.app_error": Explanation(
        "the user logs in with another service and has no password here", "Reset the password in that service"
    ),
    "api.user.update_active.cannot_enable_guest_when_guest_feature_is_disabled.app_error": Explanation(
        "guest accounts are switched off", "Set GuestAccountsSettings.Enable to true on the server"
    ),
    "api.user.update_active.not_enable.app_error": Explanation(
        "the caller cannot deactivate itself", "Use the token of another administrator"
    ),
    "api.user.update_active.permissions.app_error": Explanation(
        "the caller may not activate or deactivate users", "Use the token of a system administrator"
    ),
    "api.user.update_password.context.app_error": Explanation(
        "the caller may not set the password of this user, or the user does not exist",
        "Use the token of a system administrator",
    ),
    "api.user.update_password.incorrect.app_error": Explanation(
        "the current password of the caller is wrong", "Correct current_password"
    ),
    "api.user.update_password.oauth.app_error": Explanation(
        "the user logs in with another service and cannot change a password here",
        "Change it in that service, or let an administrator turn the account into an e-mail account",
    ),
    "api.user.update_user.login_provider_attribute_set.app_error": _hint(
        "the user's login service owns this field", "Change it in the login service"
    ),
    "api.user.update_user_auth.invalid_request": Explanation(
        "auth_service and auth_data must both be given and not empty",
        "Give both; the way back to e-mail login is a new password",
    ),
    "api.user.update_user_roles.license.app_error": Explanation(
        "one of the roles needs a licence, which this server does not have", "Leave out the delegated admin roles"
    ),
    "api.user.upload_profile_user.check_image_limits.app_error": Explanation(
        "the file is not a picture that the server can read, or has too many pixels",
        "Give a PNG, JPEG, GIF, BMP, WebP or TIFF file in image",
    ),
    "api.user.upload_profile_user.login_provider_attribute_set.app_error": Explanation(
        "the user's login service owns the picture", "Change it in the login service"
    ),
    "api.user.upload_profile_user.too_large.app_error": Explanation(
        "the picture is larger than the server accepts", "Give a smaller file, or raise FileSettings.MaxFileSize"
    ),
    "api.user.verify_email.bad_link.app_error": Explanation(
        "the token for the verification is unknown or used up", "Ask for a new e-mail"
    ),
    "app.group.no_rows": Explanation("there is no such group", "Correct in_group or not_in_group"),
    "app.role.check_roles_exist.role_not_found": Explanation(
        "one of the roles does not exist on the server", "Correct roles; names are like system_user or system_admin"
    ),
    "app.session.get.app_error": Explanation("there is no such session", "", kind=SESSION_GONE),
    "app.terms_of_service.get.no_rows.app_error": Explanation(
        "there are no such terms of service", "Correct terms_of_service.id"
    ),
    "app.user.missing_account.const": Explanation(
        "there is no such user", "Check username, user_id or email", kind=NO_SUCH_USER
    ),
    "app.user.get_by_username.app_error": Explanation("there is no such user", "Check username", kind=NO_SUCH_USER),
    "app.user.save.email_exists.app_error": Explanation(
        "the e-mail address belongs to another account, maybe a deactivated one",
        "Give another email, or change or delete that account first",
        kind=EMAIL_TAKEN,
    ),
    "app.user.save.username_exists.app_error": Explanation(
        "the user name belongs to another account, maybe a deactivated one",
        "Give another username, or change or delete that account first",
        kind=USERNAME_TAKEN,
    ),
    "app.user.update.find.app_error": Explanation(
        "the user's login service owns the e-mail address", "Change it in the login service"
    ),
    "app.user.update_auth_data.email_exists.app_error": Explanation(
        "another user has this auth_data", "Correct auth_data, or change the other user first"
    ),
    "app.user.update_auth_data.app_error": Explanation(
        "auth_service or auth_data is too long", "Use at most 32 and 128 characters"
    ),
    "app.user_access_token.disabled": _SWITCHED_OFF_TOKENS,
    "app.user_access_token.expires_at_in_past.app_error": Explanation(
        "the server's clock says that the token would have expired already", "Give a longer expires_after, or check the clocks"
    ),
    "app.user_access_token.expires_at_required.app_error": Explanation(
        "the server wants every new token to expire",
        "Declare expires_after, with at most ServiceSettings.MaximumPersonalAccessTokenLifetimeDays of the server",
    ),
    "app.user_access_token.expires_at_too_far.app_error": Explanation(
        "the server does not let tokens live that long",
        "Declare expires_after with at most ServiceSettings.MaximumPersonalAccessTokenLifetimeDays of the server",
    ),
    "app.user_access_token.get_by_user.app_error": Explanation("there is no such token", "Check token_id", kind=TOKEN_GONE),
    "app.user_access_token.invalid_or_missing": Explanation("there is no such token", "Check token_id"),
    "mfa.activate.bad_token.app_error": Explanation(
        "the MFA code is wrong, or no secret was generated before",
        "Generate a secret and give its current code",
        kind=MFA_CODE_REFUSED,
    ),
    "mfa.mfa_disabled.app_error": Explanation(
        "multi-factor authentication is switched off",
        "Set ServiceSettings.EnableMultifactorAuthentication to true on the server",
    ),
    "mfa.validate_token.authenticate.app_error": Explanation(
        "the account asks for an MFA code", "Give a current code in api_mfa_code", kind=MFA_CODE_MISSING
    ),
    "model.user.is_valid.auth_data_pwd.app_error": Explanation(
        "an account has either a password or auth_data", "Give only one of password and auth_data"
    ),
    "model.user.is_valid.email.app_error": Explanation("the e-mail address is not valid", "Correct email"),
    "model.user.is_valid.first_name.app_error": Explanation("first_name is too long", "Use at most 64 characters"),
    "model.user.is_valid.last_name.app_error": Explanation("last_name is too long", "Use at most 64 characters"),
    "model.user.is_valid.locale.app_error": Explanation(
        "the server does not know the locale", "Correct locale; examples are en, de, pt-BR"
    ),
    "model.user.is_valid.nickname.app_error": Explanation("nickname is too long", "Use at most 64 characters"),
    "model.user.is_valid.position.app_error": Explanation("position is too long", "Use at most 128 characters"),
    "model.user.is_valid.username.app_error": Explanation(
        "the user name is not valid or reserved",
        "Use 1 to 64 characters a-z, 0-9, dot, dash and underscore, and no reserved word like all or system",
    ),
    "model.user_access_token.is_valid.description.app_error": Explanation(
        "the description is too long", "Use at most 255 characters"
    ),
    "store.sql_bot.get.missing.app_error": Explanation("there is no such bot", "Check username or user_id"),
}

_TOKENS_REMEDY = "Use the token of a system administrator; for its own tokens a user needs the role system_user_access_token"

#: The way out where a permission is missing, for operations that need more than a word on roles.
PERMISSION_REMEDIES = dict.fromkeys(
    ("create_user_access_token", "get_user_access_token", "get_user_access_tokens_for_user"), _TOKENS_REMEDY
)

BY_STATUS = {
    404: Explanation("there is nothing of Mattermost at this address", "Check api_url, and the server's version"),
    429: Explanation("the server limits the rate of requests", "Try again later, or raise RateLimitSettings on the server"),
    413: Explanation("the request is larger than the server or a proxy accepts", "Send less at a time"),
    502: Explanation("a proxy cannot reach the Mattermost server", "Check that the server runs, and try again"),
    503: Explanation("the server is not available", "Check that the server runs, and try again"),
    504: Explanation("a proxy waited too long for the Mattermost server", "Check that the server runs, and try again"),
    **dict.fromkeys(
        (*range(520, 528), 530),
        Explanation("a proxy got no proper answer of the Mattermost server", "Check that the server runs, and try again"),
    ),
}


def explain(error_id: str, status: int) -> Explanation:
    """The explanation of an error id; without one, of the HTTP status."""
    if error_id.startswith(POLICY_IDS):
        return _policy(error_id)
    if error_id:
        return EXPLANATIONS.get(error_id, _NOTHING)
    return BY_STATUS.get(status, _NOTHING)
