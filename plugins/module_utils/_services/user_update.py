# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan for a user that exists."""

from __future__ import annotations

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import HIDDEN, Plan
from ansible_collections.mmops.mattermost.plugins.module_utils._services.account import (
    ADMINISTRATOR,
    GUEST,
    MEMBER,
    has_picture,
    is_administrator,
    is_bot,
    logs_in_with,
    roles_of,
    state_of,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.bot import (
    give_owner_before_switching_off,
    steps_of_conversion,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.stored_form import (
    CUSTOM_STATUS,
    completed,
    same_status,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_fields import (
    DEFAULT_PICTURE,
    MAPS,
    PLAIN,
    check_password_length,
    default_map,
    merge,
    terms_of_others,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_identity import check_holders, check_same_person


class Update:
    """The plan for an account that exists."""

    def __init__(self, declaration, seen):
        self.declared = declaration
        self.seen = seen
        self.user = seen.user
        self.plan = Plan(predicted=dict(seen.user))
        self.user_id = seen.user["id"]
        check_same_person(declaration, seen.user)
        check_holders(declaration, seen)
        self._check_auth_service()
        seen.check_guests()
        check_password_length("password", declaration["password"], seen.server)
        # An account is closed before anything else, and opened only when it is as declared. Only the role of an administrator
        # goes first: newer servers do not take it from a deactivated account when a single active administrator is left.
        if declaration["state"] == "inactive":
            if is_administrator(self.user) and declaration["roles"] and ADMINISTRATOR not in declaration["roles"]:
                self._roles()
            self._activity(False)
        self._fields()
        self._verified_email()
        self._unlock()
        self._password()
        if "roles" not in self.plan.after:
            self._roles()
        self._terms_of_service()
        self._image()
        self._become_bot()
        self._bot_owner()
        if declaration["state"] == "present":
            self._activity(True)

    def _expect(self, option, before, after, **predicted):
        self.plan.note(option, before, after)
        self.plan.predicted.update(predicted)

    def _check_auth_service(self):
        wanted = self.declared["auth_service"]
        if wanted is not None and wanted != self.user["auth_service"]:
            self.plan.warnings.append(
                f"auth_service: {self.user['username']} logs in with {logs_in_with(self.user)}, not "
                f"{wanted or 'email'}; auth_service and auth_data count on creation, mm_user_auth moves an existing account"
            )

    def _activity(self, active):
        if active == (not self.user["delete_at"]):
            if not active:
                self._own_bot()  # it may have been switched off while it owned itself, which keeps the server busy
            return
        if not active:
            self._own_bot()
        if self.user["auth_service"] == "ldap" and not active:
            self.plan.add("delete_user", user_id=self.user_id)  # without permanent, it deactivates, which LDAP does not forbid
        elif self.user["auth_service"] == "ldap" and self.seen.server.has("ldap_owns_activation") is not False:
            raise InvalidInput(
                f"state: {self.user['username']} logs in with LDAP, which alone activates the account",
                "Activate the user in LDAP, or turn the account into an e-mail account first, with a new password",
            )
        else:
            self.plan.add("update_user_active", user_id=self.user_id, active=active)
        self._expect("state", state_of(self.user), "present" if active else "inactive", delete_at=0 if active else None)

    def _fields(self):
        """Everything that one patch changes."""
        patch = {}
        for name in PLAIN:
            wanted = self.declared[name]
            if wanted is not None and wanted != self.user[name] and not self._awaits_confirmation(name):
                patch[name] = wanted
                self._expect(name, self.user[name], patch[name], **{name: patch[name]})
        for name in MAPS:
            self._map(name, patch)
        hidden_settings = self._hidden_notify_props()
        if self.declared["bot"] is False and is_bot(self.user):
            if not self.declared["password"]:
                raise InvalidInput("password: a bot that becomes a user needs a password")
            self.plan.add("convert_bot_to_user", bot_user_id=self.user_id, password=self.declared["password"], **patch)
            self.plan.note("bot", True, False)
            self.plan.note("password", None, HIDDEN)
            self.plan.predicted.pop("is_bot")
            self.plan.predicted.pop("bot_description", None)
            patch = {}
        if patch or hidden_settings:
            self._patch(patch)
            self._predict_renaming()
        if hidden_settings:
            # The answer to a patch shows what a GET hides, so that the declared entries can be merged into it.
            wanted, exact = self.declared["notify_props"], "notify_props" in self.declared["exact"]
            self.plan.add(
                "patch_user",
                user_id=self.user_id,
                notify_props=lambda answers: merge(answers["patch_user"].get("notify_props", {}), wanted, exact),
            )
            self.plan.note("notify_props", HIDDEN, wanted)

    def _map(self, name, patch):
        wanted = self.declared[name]
        if wanted is None or (name == "notify_props" and not self.seen.reveals("notify_props")):
            return
        current = self.user.get(name) or {}
        if name == "props" and same_status(wanted.get(CUSTOM_STATUS), current.get(CUSTOM_STATUS)):
            wanted = {**wanted, CUSTOM_STATUS: current.get(CUSTOM_STATUS)}
        # Sent empty, the server would fill in defaults, and the next run would find a difference again.
        merged = merge(current, wanted, name in self.declared["exact"]) or default_map(name, self.seen.server)
        if merged == current:
            return
        patch[name] = merged
        self._expect(name, current, merged, **{name: completed(merged, self.seen.server)})
        if not merged:
            self.plan.predicted.pop(name)

    def _awaits_confirmation(self, name) -> bool:
        """Whether a new address is one that the server takes over only after the user has confirmed it.

        It does not show addresses that wait for that. To send the change in every run would mail the user each time.
        """
        if name != "email" or not self.seen.confirms_addresses or self.declared["update_unknown"]:
            return False
        self.plan.unknown.append("email")
        self.plan.warnings.append(
            f"email: {self.user['username']} keeps {self.user['email']} until the user has confirmed the new address, as the "
            "server has EmailSettings.RequireEmailVerification. Ask for the confirmation once, with update_unknown: true"
        )
        return True

    def _predict_renaming(self):
        """What else a new user name changes."""
        if "username" not in self.plan.after:
            return
        if self.seen.server.has("redraws_picture") and not has_picture(self.user):
            self.plan.predicted["last_picture_update"] = None
        settings = self.plan.predicted.get("notify_props") or {}
        if settings.get("mention_keys"):
            former = self.user["username"]
            left = [word for word in settings["mention_keys"].split(",") if word.strip() not in ("", former, f"@{former}")]
            self.plan.predicted["notify_props"] = {**settings, "mention_keys": ",".join(left)}

    def _hidden_notify_props(self) -> bool:
        """Whether hidden notification settings are to be sent all the same."""
        if self.declared["notify_props"] is None or self.seen.reveals("notify_props"):
            return False
        if self.declared["update_unknown"] and not self.seen.local:
            return True
        self.plan.unknown.append("notify_props")
        return False

    def _patch(self, patch):
        if self.seen.local:
            self._full_update(patch)
            return
        arguments = dict(patch)
        if "email" in patch and self.seen.is_caller:
            arguments["password"] = self._current_password("email")
        self.plan.add("patch_user", user_id=self.user_id, **arguments)

    def _full_update(self, patch):
        """The local socket has no patch, and a full update resets what it leaves out."""
        if "notify_props" not in patch and not self.seen.reveals("notify_props"):
            if self.declared["notify_props"] is None or "notify_props" not in self.declared["exact"]:
                raise InvalidInput(
                    f"{', '.join(patch)}: the local socket can change fields only by a full update, which would reset the "
                    "notification settings of the user, and it does not show them",
                    "Use api_url for changes of fields, or declare the whole notify_props and list it in exact",
                )
            patch["notify_props"] = merge({}, self.declared["notify_props"], True)
            self.plan.unknown.remove("notify_props")
            self.plan.note("notify_props", HIDDEN, patch["notify_props"])
        kept = {name: self.user[name] for name in (*PLAIN, *MAPS) if self.user.get(name)}
        self.plan.add("update_user", user_id=self.user_id, id=self.user_id, **{**kept, **patch})

    def _verified_email(self):
        wanted = self.declared["email_verified"]
        if wanted is None:
            return
        known: bool | None
        readable = self.seen.reveals("email_verified")
        if "email" in self.plan.after and self.seen.confirms_addresses:
            known = None  # what would be verified now is the old address
        elif "email" in self.plan.after:
            # A new address loses the verification.
            known = bool(self.user["auth_service"]) and self.seen.server.has("update_verifies_address")
            self.plan.predicted.pop("email_verified", None)
        else:
            known = bool(self.user.get("email_verified")) if readable else None
        may_send = self.declared["update_unknown"] and not self.seen.confirms_addresses
        if known is None and not (wanted and may_send):
            self.plan.unknown.append("email_verified")
        elif wanted and not known:
            self.plan.add("verify_user_email_without_token", user_id=self.user_id)
            self.plan.note("email_verified", HIDDEN if known is None else False, True)
            if readable:
                self.plan.predicted["email_verified"] = True
        elif known and not wanted:
            self.plan.warnings.append("email_verified: the API cannot take back a verification")

    def _unlock(self):
        if not self.declared["unlock"]:
            return
        name = self.user["username"]
        if self.seen.server.has("unlocks_accounts") is False:
            raise InvalidInput(
                "unlock: this server cannot unlock accounts", "Set a new password instead, which unlocks the account as well"
            )
        if self.user["auth_service"] not in ("", "ldap"):
            raise InvalidInput(
                f"unlock: {name} logs in with {self.user['auth_service']}, and failed logins lock accounts with e-mail and "
                "LDAP login only",
                "Unlock the user in its login service",
            )
        if self.seen.local:
            raise InvalidInput("unlock: the local socket cannot unlock accounts", "Use api_url")
        failed = self.user.get("failed_attempts", 0)
        readable = self.seen.reveals("failed_attempts")
        if not readable and not self.declared["update_unknown"]:
            self.plan.unknown.append("unlock")
            return
        if readable and not failed:
            return
        if self.seen.is_caller:
            raise InvalidInput("unlock: nobody can unlock their own account", "Use the token of another administrator")
        self.plan.add("reset_password_failed_attempts", user_id=self.user_id)
        self.plan.note("failed_attempts", failed if readable else HIDDEN, 0)
        self.plan.predicted.pop("failed_attempts", None)

    def _password(self):
        password, policy = self.declared["password"], self.declared["update_password"]
        if not password or policy == "on_create" or "bot" in self.plan.after:
            return
        if self.user["auth_service"] and not self.declared["convert_to_email_auth"]:
            raise InvalidInput(
                f"password: {self.user['username']} logs in with {self.user['auth_service']}, and setting a password would "
                "turn the account into an e-mail account",
                "Leave out password, use update_password: on_create, or allow it with convert_to_email_auth: true",
            )
        if policy == "when_different":
            if self.seen.password_differs is None:
                self.plan.unknown.append("password")
                self.plan.warnings.append(
                    "password: it cannot be proved whether it differs, as the login was refused before: "
                    + self.seen.password_hint
                )
            if not self.seen.password_differs:
                return
        arguments = {"new_password": password}
        if self.seen.is_caller:
            arguments["current_password"] = self._current_password("password")
        self.plan.add("update_user_password", user_id=self.user_id, **arguments)
        self.plan.note("password", HIDDEN, HIDDEN)
        # A new password unlocks the account.
        self.plan.predicted.pop("failed_attempts", None)
        if self.user["auth_service"]:
            self._expect("auth_service", self.user["auth_service"], "", auth_service="")
            self._predict_auth_data(None)

    def _predict_auth_data(self, value):
        """Newer servers show it, and leave it out for accounts with e-mail login."""
        if self.seen.server.has("shows_auth_data"):
            self.plan.predicted.pop("auth_data", None)
            if value is not None:
                self.plan.predicted["auth_data"] = value

    def _own_bot(self):
        """Give a bot that owns itself an owner before it is switched off."""
        give_owner_before_switching_off(self.plan, self.seen.bot, self.seen.bot_owner_id)

    def _bot_owner(self):
        bot, owner_id = self.seen.bot, self.seen.bot_owner_id
        if bot is None or owner_id is None or "bot_owner" in self.plan.after or owner_id == bot["owner_id"]:
            return
        # A bot that owns itself is one whose conversion was interrupted, or the work of somebody else.
        if self.declared["bot_owner"] is not None or (self.declared["bot"] and bot["owner_id"] == self.user_id):
            self.plan.add("assign_bot", bot_user_id=self.user_id, user_id=owner_id)
            self.plan.note("bot_owner", bot["owner_id"], owner_id)

    def _become_bot(self):
        if not self.declared["bot"] or is_bot(self.user):
            return
        self.plan.steps += steps_of_conversion(self.user_id, self.seen.bot_owner_id)
        self._expect("bot", False, True, is_bot=True)
        self.plan.note("bot_owner", None, self.seen.bot_owner_id)
        if self.user["auth_service"]:
            self.plan.predicted["auth_service"] = ""
            self._predict_auth_data("")

    def _current_password(self, option):
        if not self.declared["current_password"]:
            raise InvalidInput(
                f"{option}: the server wants the caller's own password for a change of its own {option}",
                "Give it in current_password",
            )
        return self.declared["current_password"]

    def _roles(self):
        current = roles_of(self.user)
        wanted = set(self.declared["roles"] or ())
        after = current
        if self.declared["guest"] and GUEST not in current:
            self.plan.add("demote_user_to_guest", user_id=self.user_id)
            after = {GUEST}
        elif self.declared["guest"] is False and GUEST in current:
            self.plan.add("promote_guest_to_user", user_id=self.user_id)
            after = {MEMBER}
        if wanted and wanted != after:
            self.plan.add("update_user_roles", user_id=self.user_id, roles=" ".join(sorted(wanted)))
            after = wanted
        if after != current:
            self._expect("roles", sorted(current), sorted(after), roles=" ".join(sorted(after)))

    def _terms_of_service(self):
        wanted = self.declared["terms_of_service"]
        if not wanted:
            return
        accepted = self.user.get("terms_of_service_id") or None
        if wanted["accepted"] == (accepted == wanted["id"]):
            return
        if not self.seen.is_caller:
            raise terms_of_others()
        self.plan.add(
            "register_terms_of_service_action", user_id=self.user_id, termsOfServiceId=wanted["id"], accepted=wanted["accepted"]
        )
        self.plan.note("terms_of_service", accepted, wanted["id"] if wanted["accepted"] else None)
        if wanted["accepted"]:
            self.plan.predicted.update(terms_of_service_id=wanted["id"], terms_of_service_create_at=None)
        else:
            for key in ("terms_of_service_id", "terms_of_service_create_at"):
                self.plan.predicted.pop(key, None)

    def _image(self):
        if not self.seen.picture_differs:
            return
        before = "custom" if has_picture(self.user) else DEFAULT_PICTURE
        if self.seen.picture:
            self.plan.add("set_profile_image", user_id=self.user_id, image=self.seen.picture.upload())
            self._expect("image", before, self.seen.picture.name, last_picture_update=None)
        else:
            self.plan.add("set_default_profile_image", user_id=self.user_id)
            self.plan.note("image", before, DEFAULT_PICTURE)
            self.plan.predicted.pop("last_picture_update")
            if self.seen.server.has("redraws_picture"):
                self.plan.predicted["last_picture_update"] = None
