# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What only newer servers have (recorded from 10.11 on): reset of failed logins, users of remote
servers, codes that work once, sessions that end with a new password, reports and limits; and what
older servers do in another way.

A golden directory of an older server does not hold this group, so nobody asks it of such a server.
"""

from __future__ import annotations

import io
import time

import pyotp
from PIL import Image

from context import PASSWORD, UNKNOWN_ID, more_than

ORDER = 89
WRONG = 'wrong-password'


def prepare(c):
    c.alice = c.user('alice', login=True)
    c.bob = c.user('bob', login=True)
    c.seen = c.user('seen', login=True, first_name='F', notify_props={'email': 'false', 'desktop': 'none'})


def _login(c, record, user, password=PASSWORD, **more):
    return c.call(record, 'anon', 'POST', '/users/login', dict({'login_id': user.name, 'password': password}, **more))


def _set_auth(c, user, service):
    c.quiet('root', 'PUT', user.path + '/auth', {'auth_service': service, 'auth_data': service + '-' + user.name})


# ---- creating, cookies -----------------------------------------------------
def create_fields(c):
    """Which fields of the body are taken over (`create_full_as_admin` is refused for its custom status)."""
    name = c.name('full')
    full = {
        'username': name,
        'email': name + '@example.com',
        'password': PASSWORD,
        'nickname': 'Nick',
        'locale': 'de',
        'props': {'k': 'v'},
        'notify_props': {'email': 'false'},
        'roles': 'system_admin',
        'email_verified': True,
        'delete_at': 5,
        'create_at': 7,
        'update_at': 7,
        'last_password_update': 7,
        'last_login': 7,
        'last_activity_at': 7,
        'allow_marketing': True,
        'disable_welcome_email': True,
        'mfa_active': True,
        'is_bot': True,
        'failed_attempts': 4,
        'last_picture_update': 3,
        'timezone': {'manualTimezone': 'Europe/Berlin'},
    }
    user = c.call('create_fields', 'admin', 'POST', '/users', full)
    c.call('create_fields_get', 'admin', 'GET', '/users/' + user['id'])
    name = c.name('full')
    full.update(username=name, email=name + '@example.com', auth_service='saml', auth_data='x' + name)
    c.call('create_fields_anon', 'anon', 'POST', '/users', full)
    name = c.name('full')
    full.update(username=name, email=name + '@example.com')
    c.call('create_fields_auth_and_password', 'admin', 'POST', '/users', full)
    del full['password']
    c.call('create_fields_auth', 'admin', 'POST', '/users', full)
    c.call(
        'create_custom_status_bad',
        'admin',
        'POST',
        '/users',
        {
            'username': name + 'x',
            'email': 'x' + name + '@example.com',
            'password': PASSWORD,
            'props': {'customStatus': 'x'},
        },
    )


def csrf(c):
    """A request with cookies needs the token of the cookie MMCSRF; X-Requested-With is not enough."""
    ajax = {'X-Requested-With': 'XMLHttpRequest'}
    login = {'login_id': c.bob.name, 'password': PASSWORD}
    answer = c.call('csrf_login', 'anon', 'POST', '/users/login', login, headers=ajax)
    values = dict(line.split(';')[0].split('=', 1) for line in answer.cookies)
    cookie = {'Cookie': 'MMAUTHTOKEN=' + values.get('MMAUTHTOKEN', 'x' * 26)}
    patch = ('anon', 'PUT', '/users/me/patch', {'nickname': 'c'})
    c.call('csrf_get', 'anon', 'GET', '/users/me', headers=cookie)
    c.call('csrf_right', *patch, headers=dict(cookie, **{'X-CSRF-Token': values.get('MMCSRF', 'x' * 26)}))
    c.call('csrf_wrong', *patch, headers=dict(cookie, **{'X-CSRF-Token': 'a' * 26}))
    c.call('csrf_requested_with_after_wrong', *patch, headers=dict(cookie, **ajax))
    c.call('csrf_get_after_wrong', 'anon', 'GET', '/users/me', headers=cookie)


# ---- what an administrator sees -------------------------------------------
def views(c):
    """One user, with a failed login, a login service and own notify_props, in all kinds of answers."""
    seen = c.seen
    c.quiet('anon', 'POST', '/users/login', {'login_id': seen.name, 'password': WRONG}, expect=(401,))
    c.quiet('root', 'POST', seen.path + '/email/verify/member')
    c.call('view_admin_by_id', 'admin', 'GET', seen.path)
    c.call('view_admin_by_username', 'admin', 'GET', '/users/username/' + seen.name)
    c.call('view_admin_by_email', 'admin', 'GET', '/users/email/' + seen.email)
    c.call('view_admin_ids', 'admin', 'POST', '/users/ids', [seen.id])
    c.call('view_admin_usernames', 'admin', 'POST', '/users/usernames', [seen.name])
    c.call('view_admin_search', 'admin', 'POST', '/users/search', {'term': seen.name})
    c.call('view_self', seen, 'GET', '/users/me')
    c.call('view_self_search', seen, 'POST', '/users/search', {'term': seen.name})
    c.call('view_other_by_id', c.bob, 'GET', seen.path)
    c.call('view_other_search', c.bob, 'POST', '/users/search', {'term': seen.name})
    c.call('view_deactivate', 'admin', 'DELETE', seen.path)
    c.call('view_deactivated_admin', 'admin', 'GET', seen.path)
    c.call('view_deactivated_other', c.bob, 'GET', seen.path)


def login_moves_update_at(c):
    user = c.user('last')
    c.call('login_update_at_before', 'admin', 'GET', user.path)
    _login(c, 'login_update_at_bad', user, WRONG)
    c.call('login_update_at_after_bad', 'admin', 'GET', user.path)
    _login(c, 'login_update_at_good', user)
    c.call('login_update_at_after_good', 'admin', 'GET', user.path)
    c.call('login_update_at_after_good_by_username', 'admin', 'GET', '/users/username/' + user.name)
    c.call('login_update_at_patch', 'admin', 'PUT', user.path + '/patch', {})


# ---- failed logins ---------------------------------------------------------
def reset_failed_attempts(c):
    lock = c.user('lock', login=True)
    path = lock.path + '/reset_failed_attempts'
    with c.config(ServiceSettings={'MaximumLoginAttempts': 2}):
        for i in (1, 2, 3):
            _login(c, 'reset_attempts_login_%d' % i, lock, WRONG)
        _login(c, 'reset_attempts_locked', lock)
        c.call('reset_attempts_get', 'admin', 'GET', lock.path)
        c.call('reset_attempts_as_user', c.bob, 'POST', path)
        c.call('reset_attempts_self', lock, 'POST', path)
        c.call('reset_attempts_anon', 'anon', 'POST', path)
        c.call('reset_attempts_unknown', 'admin', 'POST', '/users/%s/reset_failed_attempts' % UNKNOWN_ID)
        c.call('reset_attempts_malformed', 'admin', 'POST', '/users/short/reset_failed_attempts')
        c.call('reset_attempts', 'admin', 'POST', path)
        c.call('reset_attempts_get_after', 'admin', 'GET', lock.path)
        c.call('reset_attempts_again', 'admin', 'POST', path)
        _login(c, 'reset_attempts_login_after', lock)
        # a wrong password in other requests of the user counts as well
        c.log_in(lock)
        change = {'email': 'x' + lock.email, 'password': WRONG}
        c.call('attempts_by_patch_email', lock, 'PUT', '/users/me/patch', change)
        c.call(
            'attempts_by_password_change',
            lock,
            'PUT',
            '/users/me/password',
            {'current_password': WRONG, 'new_password': PASSWORD},
        )
        c.call('attempts_by_requests_get', 'admin', 'GET', lock.path)
        _login(c, 'attempts_by_requests_login', lock)
        c.call('attempts_patch_when_locked', lock, 'PUT', '/users/me/patch', dict(change, password=PASSWORD))
        c.call('attempts_admin_password_unlocks', 'admin', 'PUT', lock.path + '/password', {'new_password': PASSWORD})
        c.call('attempts_admin_password_get', 'admin', 'GET', lock.path)


def reset_of_service_users(c):
    for service in ('ldap', 'saml', 'gitlab'):
        user = c.user('rs' + service)
        _set_auth(c, user, service)
        c.call('reset_attempts_' + service, 'admin', 'POST', user.path + '/reset_failed_attempts')


# ---- users of a login service ---------------------------------------------
def active_ldap(c):
    """The status of an LDAP user cannot be set - except by DELETE."""
    user = c.user('aldap')
    _set_auth(c, user, 'ldap')
    path = user.path + '/active'
    c.call('ldap_active_true', 'admin', 'PUT', path, {'active': True})
    c.call('ldap_active_false', 'admin', 'PUT', path, {'active': False})
    c.call('ldap_delete', 'admin', 'DELETE', user.path)
    c.call('ldap_deleted_get', 'admin', 'GET', user.path)
    c.call('ldap_deleted_active_true', 'admin', 'PUT', path, {'active': True})
    c.call('ldap_deleted_set_password', 'admin', 'PUT', user.path + '/password', {'new_password': PASSWORD})
    c.call('ldap_deleted_active_true_as_email_user', 'admin', 'PUT', path, {'active': True})
    saml = c.user('asaml')
    _set_auth(c, saml, 'saml')
    c.call('saml_active_false', 'admin', 'PUT', saml.path + '/active', {'active': False})


def service_user_to_bot(c):
    """Conversion takes the login service away and ends all sessions."""
    user = c.user('sbot', login=True)
    _set_auth(c, user, 'saml')
    pat = c.access_token(user)['token']
    c.call('saml_to_bot', 'admin', 'POST', user.path + '/convert_to_bot')
    c.call('saml_to_bot_get', 'admin', 'GET', user.path)
    c.call('saml_to_bot_session', user, 'GET', '/users/me')
    c.call('saml_to_bot_pat', user, 'GET', '/users/me', token=pat)
    c.call('saml_to_bot_deactivate', 'admin', 'PUT', user.path + '/active', {'active': False})
    c.call('saml_to_bot_bot', 'admin', 'GET', '/bots/' + user.id)
    # no two users may have the empty auth_data that the conversion leaves behind
    second = c.user('sbot')
    _set_auth(c, second, 'saml')
    c.call('saml_to_bot_second_user', 'admin', 'POST', second.path + '/convert_to_bot')
    c.remove(user.id)
    c.call('saml_to_bot_second_user_after_deletion', 'admin', 'POST', second.path + '/convert_to_bot')
    c.remove(second.id)


# ---- users of a remote server ---------------------------------------------
def remote_id(c):
    """Anybody who may change a user can make it a user of a remote server."""
    user = c.user('rem', login=True)

    def patch(record, **body):
        c.call(record, 'admin', 'PUT', user.path + '/patch', body)

    c.call(
        'remote_create',
        'admin',
        'POST',
        '/users',
        {
            'username': c.name('remc'),
            'email': 'remc' + c.tag + '@example.com',
            'password': PASSWORD,
            'remote_id': 'r' * 26,
        },
    )
    before = c.quiet('root', 'GET', '/users/stats/filtered').body
    before = before.get('total_users_count', 0) if isinstance(before, dict) else 0
    patch('remote_patch', remote_id='r' * 26)
    c.call('remote_get', 'admin', 'GET', user.path)
    _login(c, 'remote_login', user)
    c.call('remote_session', user, 'GET', '/users/me')
    c.call('remote_token_create', 'admin', 'POST', user.path + '/tokens', {'description': 'x'})
    c.call('remote_password', 'admin', 'PUT', user.path + '/password', {'new_password': PASSWORD})
    c.call('remote_stats', 'admin', 'GET', '/users/stats/filtered', edit=more_than('total_users_count', before))
    c.call(
        'remote_stats_included',
        'admin',
        'GET',
        '/users/stats/filtered',
        query={'include_remote_users': 'true'},
        edit=more_than('total_users_count', before),
    )
    patch('remote_patch_null', remote_id=None)
    c.call('remote_put', 'admin', 'PUT', user.path, user.required())
    c.call('remote_put_get', 'admin', 'GET', user.path)
    patch('remote_patch_empty', remote_id='')
    _login(c, 'remote_login_after', user)


# ---- passwords and sessions -------------------------------------------------
def password_and_sessions(c):
    """TerminateSessionsOnPasswordChange: a new password ends the other sessions, but no access token."""
    user = c.user('pws', login=True)
    first = user.token
    pat = c.access_token(user)['token']
    c.log_in(user)
    path = user.path + '/password'
    with c.config(ServiceSettings={'TerminateSessionsOnPasswordChange': True}):
        c.call('password_self', user, 'PUT', path, {'current_password': PASSWORD, 'new_password': PASSWORD + '1'})
        c.call('password_self_this_session', user, 'GET', '/users/me')
        c.call('password_self_other_session', user, 'GET', '/users/me', token=first)
        c.call('password_self_pat', user, 'GET', '/users/me', token=pat)
        user.password = PASSWORD + '1'
        c.log_in(user)
        c.call('password_same_by_admin', 'admin', 'PUT', path, {'new_password': user.password})
        c.call('password_same_by_admin_session', user, 'GET', '/users/me')
        c.call('password_same_by_admin_pat', user, 'GET', '/users/me', token=pat)
    c.log_in(user)
    c.call('password_sessions_kept', 'admin', 'PUT', path, {'new_password': user.password})
    c.call('password_sessions_kept_session', user, 'GET', '/users/me')
    c.call('password_72', 'admin', 'PUT', path, {'new_password': 'p' * 72})
    c.call('password_73', 'admin', 'PUT', path, {'new_password': 'p' * 73})
    c.call('password_37_of_2_bytes', 'admin', 'PUT', path, {'new_password': '\u00e9' * 37})
    name = c.name('pwl')
    c.call(
        'password_73_create',
        'admin',
        'POST',
        '/users',
        {'username': name, 'email': name + '@example.com', 'password': 'p' * 73},
    )


# ---- MFA ---------------------------------------------------------------------
def mfa_code_once(c):
    """A code works once: the code of the activation is no use for the login."""
    user = c.user('mfa', login=True)
    path = user.path + '/mfa'
    secret = c.quiet('root', 'POST', path + '/generate')['secret']
    try:
        totp = pyotp.TOTP(secret)
        totp.now()
    except Exception:  # the server gave no usable secret
        totp = pyotp.TOTP('A' * 32)
    if time.time() % 30 > 20:  # enough of this half minute left for the next requests
        time.sleep(30.1 - time.time() % 30)
    now = time.time()
    this, following = totp.at(now), totp.at(now + 30)
    hidden = {'activate': True, 'code': '<right code>'}

    def log_in(record, shown, code):
        body = {'login_id': user.name, 'password': PASSWORD, 'token': code}
        c.call(
            record,
            'anon',
            'POST',
            '/users/login',
            body,
            describe={'login_id': user.label + '~', 'password': PASSWORD, 'token': shown},
        )

    c.call('mfa_activate', 'admin', 'PUT', path, {'activate': True, 'code': this}, describe=hidden)
    log_in('mfa_login_code_of_activation', '<the same code>', this)
    c.call('mfa_failed_attempts', 'admin', 'GET', user.path)
    log_in('mfa_login_next_code', '<next code>', following)
    log_in('mfa_login_next_code_again', '<next code>', following)
    c.call('mfa_deactivate', 'admin', 'PUT', path, {'activate': False})
    for service in ('saml', 'ldap'):
        other = c.user('mfa' + service)
        _set_auth(c, other, service)
        c.call('mfa_activate_' + service, 'admin', 'PUT', other.path + '/mfa', {'activate': True, 'code': '123456'})


# ---- notify_props, props --------------------------------------------------------
def notify_props(c):
    user = c.user('np', notify_props={'email': 'false', 'mention_keys': 'a,b'})

    def patch(record, **body):
        c.call(record, 'admin', 'PUT', user.path + '/patch', body)

    patch('notify_patch_mention_keys', notify_props={'mention_keys': ',Foo,,bar,', 'highlight_keys': 'X,,y'})
    base = c.call('notify_get', 'admin', 'GET', user.path).body
    patch('notify_patch_other_field', nickname='n')
    patch('notify_patch_null', notify_props=None)
    c.call('notify_get_then_put', 'admin', 'PUT', user.path, base)
    c.call('notify_put_without', 'admin', 'PUT', user.path, user.required(nickname='n'))
    patch('notify_auto_responder', notify_props={'auto_responder_active': 'true', 'auto_responder_message': 'away'})
    patch(
        'notify_auto_responder_too_long',
        notify_props={'auto_responder_active': 'true', 'auto_responder_message': 'a' * 201},
    )
    patch('props_custom_status', props={'customStatus': '{"emoji":"calendar","text":"busy"}'})
    patch('props_custom_status_bad', props={'customStatus': 'busy'})


# ---- lists, reports, limits --------------------------------------------------------
def lists(c):
    def keys(body):
        return [sorted(u) for u in body][:1] if isinstance(body, list) else body

    def users(record, who='admin', **query):
        c.call('list_' + record, who, 'GET', '/users', query=query, edit=keys)

    users('role_system_admin', role='system_admin', per_page=1)
    users('role_unknown', role='nosuchrole')
    users('roles_one_unknown', roles='system_user,nosuchrole')
    users('sort_unknown', sort='username')
    users('sort_admin', sort='admin')
    users('sort_display_name', sort='display_name')
    users('as_user', c.bob, per_page=1)


def reports(c):
    """GET /reports/users: a list of users for the system console."""
    name = c.alice.name
    c.call('reports_users', 'admin', 'GET', '/reports/users', query={'search_term': name})
    c.call('reports_users_deactivated', 'admin', 'GET', '/reports/users', query={'search_term': c.seen.name})
    c.call(
        'reports_users_hide_inactive',
        'admin',
        'GET',
        '/reports/users',
        query={'search_term': c.seen.name, 'hide_inactive': 'true'},
    )
    c.call('reports_users_page_size_101', 'admin', 'GET', '/reports/users', query={'page_size': 101})
    c.call('reports_users_as_user', c.bob, 'GET', '/reports/users')
    c.call('reports_count', 'admin', 'GET', '/reports/users/count', query={'search_term': name})


def limits(c):
    def no_count(body):
        return dict(body, activeUserCount='<count>') if 'activeUserCount' in body else body

    c.call('limits_server', 'admin', 'GET', '/limits/server', edit=no_count)
    c.call('limits_server_as_user', c.bob, 'GET', '/limits/server')
    c.call('limits_server_anon', 'anon', 'GET', '/limits/server')
    c.call('limits_users_gone', 'admin', 'GET', '/limits/users')
    c.call('invalid_emails_open_server', 'admin', 'GET', '/users/invalid_emails')
    with c.config(TeamSettings={'EnableOpenServer': False}):
        c.call('invalid_emails', 'admin', 'GET', '/users/invalid_emails', edit=lambda body: type(body).__name__)
        c.call('invalid_emails_as_user', c.bob, 'GET', '/users/invalid_emails')


# ---- deletion ----------------------------------------------------------------------
def delete_with_picture(c):
    user = c.user('pic')
    out = io.BytesIO()
    Image.new('RGB', (8, 8), (200, 30, 30)).save(out, 'PNG')
    c.call(
        'picture_set', 'admin', 'POST', user.path + '/image', files={'image': ('p.png', out.getvalue(), 'image/png')}
    )
    c.call('picture_get_user', 'admin', 'GET', user.path)
    c.call('picture_delete', 'admin', 'DELETE', user.path + '/image')
    c.call('picture_deleted_get_user', 'admin', 'GET', user.path)
    c.call('picture_delete_permanent', 'admin', 'DELETE', user.path, query={'permanent': 'true'})
    c.call('picture_delete_permanent_get', 'admin', 'GET', user.path)


def desktop_token(c):
    c.call('desktop_token_unknown', 'anon', 'POST', '/users/login/desktop_token', {'token': 'a' * 64})
    c.call('sso_code_exchange', 'anon', 'POST', '/users/login/sso/code-exchange', {})


SECTIONS = [
    create_fields,
    csrf,
    views,
    login_moves_update_at,
    reset_failed_attempts,
    reset_of_service_users,
    active_ldap,
    service_user_to_bot,
    remote_id,
    password_and_sessions,
    mfa_code_once,
    notify_props,
    lists,
    reports,
    limits,
    delete_with_picture,
    desktop_token,
]
