# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The releases of Mattermost that the fake can be, as differences in plain words.

Read from top to bottom this is a changelog: what 7.6 did, what was different by 10.11, and what
changed in 11.2. Handlers read ``call.state.release``; none of them knows a version number.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Release:
    """What one release does differently from another."""

    # ---- the server as such
    version: str
    build: str
    recorded_licence: str  # edition of the recorded server that had one
    config_hash: str  # kind of the digest of the settings in X-Version-Id
    names_search_engine: bool  # ping tells ActiveSearchBackend
    body_limit: tuple[str, str]  # section and name of the setting: longer bodies are cut off there
    # the setting that wants X-CSRF-Token beside a cookie, where X-Requested-With would do, and its default
    strict_csrf_setting: str
    strict_csrf: bool
    wrong_csrf_token_ends_cookie: bool

    # ---- what is seen of a user
    administrators_see: tuple[str, ...]  # fields that else nobody but the user sees
    shows_auth_data: bool  # its value to administrators and the user; no key for users without
    has_remote_id: bool  # users have one from the beginning, though an empty one
    keeps_last_login: bool  # a login is noted in the user, and moves update_at
    verification_answers_raw_user: bool  # with the hash of the password

    # ---- creating and changing users
    push_status_of_new_users: str
    generated_name_prefix: str
    takes_times_of_body: bool  # create_at and delete_at of a new user
    checks_custom_status: bool
    own_administrator_role_in_put_is_refused: bool
    email_may_have_blanks: bool  # around it, or pointed brackets: it is read as a mail program would
    oauth_names_can_be_patched: bool
    renaming_draws_default_picture: bool
    default_picture_has_negative_time: bool
    login_service_verifies_email: bool  # the next change of such a user sets email_verified
    active_users_limit: int  # without a licence; 0: none
    active_users_warning: int  # from so many on administrators are warned
    remote_users_are_limited: bool  # no login, password or token for a user with a remote_id

    # ---- passwords, MFA
    password_max: int  # bytes
    password_errors_name_what_is_missing: bool  # and not the whole policy
    new_user_password_has_own_error: bool
    new_password_can_end_sessions: bool
    mfa_codes_work_once: bool
    mfa_is_refused_to_login_services_first: bool  # before the code is looked at
    can_reset_failed_attempts: bool

    # ---- roles, activation, bots
    last_administrator_keeps_role: bool
    ldap_decides_about_activation: bool
    administrators_learn_of_deletion_setting: bool  # another error id for them
    auth_changes_clear_cache: bool
    conversion_ends_sessions: bool
    conversion_takes_login_service: bool
    converted_user_is_still_bot: bool  # in the answer to convert_to_user

    # ---- lists
    unknown_roles_are_refused: bool
    ids_are_answered_in_order: bool
    bad_list_is_parse_error: bool
    all_memberships_are_lines: bool  # one JSON value a line, not a list
    can_list_invalid_emails: bool

    # ---- tokens, sessions, login
    tokens_expire: bool  # not in any release that was recorded: for what may come
    device_is_required: bool
    unknown_platform: str
    sessions_have_voip_device: bool
    saml_link_has_token: bool
    has_desktop_tokens: bool
    has_sso_code_exchange: bool

    # ---- channels
    channel_notify_props: tuple[tuple[str, str], ...]  # more of them for new members
    added_channel_members_never_viewed: bool  # -1 as time of the last view, if somebody else added the member

    # ---- beside the users
    client_config_wants_format: bool
    client_config_hides_gitlab: bool  # without a licence
    has_user_report: bool
    has_server_limits: bool
    limits_have_posts: bool  # and not only users
    limits_are_zeros_for_users: bool  # and not refused
    has_custom_profile_attributes: bool
    preferences_of_new_users: tuple[tuple[str, str, str], ...]  # category, name (USER_ID: that of the user), value


USER_ID = "<user id>"

V7_6 = Release(
    version="7.6.0",
    build="3912805",
    recorded_licence="enterprise",
    config_hash="md5",
    names_search_engine=False,
    body_limit=("FileSettings", "MaxFileSize"),
    strict_csrf_setting="ExperimentalStrictCSRFEnforcement",
    strict_csrf=False,
    wrong_csrf_token_ends_cookie=False,
    administrators_see=(),
    shows_auth_data=False,
    has_remote_id=False,
    keeps_last_login=False,
    verification_answers_raw_user=True,
    push_status_of_new_users="away",
    generated_name_prefix="",
    takes_times_of_body=True,
    checks_custom_status=False,
    own_administrator_role_in_put_is_refused=True,
    email_may_have_blanks=True,
    oauth_names_can_be_patched=True,
    renaming_draws_default_picture=False,
    default_picture_has_negative_time=False,
    login_service_verifies_email=False,
    active_users_limit=0,
    active_users_warning=0,
    remote_users_are_limited=False,
    password_max=64,
    password_errors_name_what_is_missing=False,
    new_user_password_has_own_error=True,
    new_password_can_end_sessions=False,
    mfa_codes_work_once=False,
    mfa_is_refused_to_login_services_first=False,
    can_reset_failed_attempts=False,
    last_administrator_keeps_role=False,
    ldap_decides_about_activation=False,
    administrators_learn_of_deletion_setting=False,
    auth_changes_clear_cache=False,
    conversion_ends_sessions=False,
    conversion_takes_login_service=False,
    converted_user_is_still_bot=False,
    unknown_roles_are_refused=False,
    ids_are_answered_in_order=True,
    bad_list_is_parse_error=False,
    all_memberships_are_lines=False,
    can_list_invalid_emails=False,
    tokens_expire=False,
    device_is_required=True,
    unknown_platform="Windows",
    sessions_have_voip_device=False,
    saml_link_has_token=False,
    has_desktop_tokens=False,
    has_sso_code_exchange=False,
    channel_notify_props=(),
    added_channel_members_never_viewed=False,
    client_config_wants_format=True,
    client_config_hides_gitlab=False,
    has_user_report=False,
    has_server_limits=False,
    limits_have_posts=False,
    limits_are_zeros_for_users=False,
    has_custom_profile_attributes=False,
    preferences_of_new_users=(("recommended_next_steps", "hide", "false"), ("tutorial_step", USER_ID, "0")),
)

V10_11 = replace(
    V7_6,
    version="10.11.0",
    build="16909346542",
    recorded_licence="professional",
    names_search_engine=True,
    body_limit=("ServiceSettings", "MaximumPayloadSizeBytes"),
    strict_csrf_setting="StrictCSRFEnforcement",
    strict_csrf=True,
    administrators_see=("notify_props", "failed_attempts"),
    shows_auth_data=True,
    has_remote_id=True,
    keeps_last_login=True,
    push_status_of_new_users="online",
    generated_name_prefix="a",
    takes_times_of_body=False,
    checks_custom_status=True,
    own_administrator_role_in_put_is_refused=False,
    email_may_have_blanks=False,
    oauth_names_can_be_patched=False,
    renaming_draws_default_picture=True,
    default_picture_has_negative_time=True,
    active_users_limit=5000,
    active_users_warning=2500,
    remote_users_are_limited=True,
    password_max=72,
    password_errors_name_what_is_missing=True,
    new_user_password_has_own_error=False,
    new_password_can_end_sessions=True,
    mfa_codes_work_once=True,
    mfa_is_refused_to_login_services_first=True,
    can_reset_failed_attempts=True,
    last_administrator_keeps_role=True,
    ldap_decides_about_activation=True,
    auth_changes_clear_cache=True,
    conversion_ends_sessions=True,
    conversion_takes_login_service=True,
    converted_user_is_still_bot=True,
    unknown_roles_are_refused=True,
    ids_are_answered_in_order=False,
    bad_list_is_parse_error=True,
    all_memberships_are_lines=True,
    can_list_invalid_emails=True,
    device_is_required=False,
    unknown_platform="Unknown",
    sessions_have_voip_device=True,
    saml_link_has_token=True,
    has_desktop_tokens=True,
    channel_notify_props=(("channel_auto_follow_threads", "off"),),
    has_user_report=True,
    has_server_limits=True,
    has_custom_profile_attributes=True,
    preferences_of_new_users=(*V7_6.preferences_of_new_users, ("system_notice", "GMasDM", "true")),
)

V11_2 = replace(
    V10_11,
    version="11.2.0",
    build="20188450353",
    config_hash="sha256",
    strict_csrf_setting="ExperimentalStrictCSRFEnforcement",
    strict_csrf=False,
    wrong_csrf_token_ends_cookie=True,
    verification_answers_raw_user=False,
    login_service_verifies_email=True,
    active_users_limit=250,
    active_users_warning=200,
    administrators_learn_of_deletion_setting=True,
    sessions_have_voip_device=False,
    has_sso_code_exchange=True,
    added_channel_members_never_viewed=True,
    client_config_wants_format=False,
    client_config_hides_gitlab=True,
    limits_have_posts=True,
    limits_are_zeros_for_users=True,
)

RELEASES = {"7.6": V7_6, "10.11": V10_11, "11.2": V11_2}  # oldest first
NEWEST = list(RELEASES)[-1]
