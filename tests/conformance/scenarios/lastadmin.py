# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The last system administrator (newer servers only). Runs only with --group lastadmin and --socket.

All other administrators of the server lose the role for a while. The local socket brings it back,
also when the server does not protect its last administrator.
"""

from __future__ import annotations

NEEDS_SOCKET = True
OPT_IN = True
ORDER = 97

ADMIN = 'system_user system_admin'


def prepare(c):
    c.boss = c.user('boss', login=True)
    c.spare = c.user('spare')
    c.set_roles(c.boss, ADMIN)
    c.log_in(c.boss)


def _all_admins(c):
    found = []
    for page in range(50):
        items = c.quiet('local', 'GET', '/users', query={'role': 'system_admin', 'per_page': 200, 'page': page}).items()
        found += items
        if len(items) < 200:
            break
    return found


def _make_admin(c, user_id, roles=ADMIN):
    c.quiet('local', 'PUT', '/users/%s/active' % user_id, {'active': True})
    c.quiet('local', 'PUT', '/users/%s/roles' % user_id, {'roles': roles})


def last_administrator(c):
    boss = c.boss
    others = [u for u in _all_admins(c) if u.get('id') != boss.id]
    try:
        for user in others:
            # refused for a deactivated one, when no active one is left but the boss
            c.quiet('local', 'PUT', '/users/%s/roles' % user['id'], {'roles': 'system_user'}, expect=(200, 400))
        _requests(c)
    finally:
        for user in others:
            c.quiet('local', 'PUT', '/users/%s/roles' % user['id'], {'roles': user.get('roles', ADMIN)})


def _requests(c):
    boss, path = c.boss, c.boss.path

    def roles(record, value, who=boss, target=boss):
        c.call(record, who, 'PUT', target.path + '/roles', {'roles': value})

    roles('last_admin_roles_self', 'system_user')
    roles('last_admin_roles_self_empty', '')
    c.call('last_admin_get', boss, 'GET', path)
    roles('last_admin_roles_other_order', 'system_admin system_user')
    # a deactivated administrator does not count
    c.quiet('local', 'PUT', c.spare.path + '/roles', {'roles': ADMIN})
    c.quiet('local', 'DELETE', c.spare.path)
    roles('last_admin_roles_other_admin_deactivated', 'system_user')
    roles('last_admin_deactivated_admin_loses_role', 'system_user', target=c.spare)
    # nor does a bot
    c.quiet('local', 'PUT', c.spare.path + '/active', {'active': True})
    c.quiet('local', 'PUT', c.spare.path + '/roles', {'roles': ADMIN})
    c.quiet('local', 'POST', c.spare.path + '/convert_to_bot')
    roles('last_admin_roles_other_admin_is_bot', 'system_user')
    _make_admin(c, boss.id)
    c.log_in(boss)
    # deactivation, deletion and conversion are not guarded
    c.call('last_admin_active_false_self', boss, 'PUT', path + '/active', {'active': False})
    c.call('last_admin_active_false', 'local', 'PUT', path + '/active', {'active': False})
    c.call('last_admin_active_false_get', 'local', 'GET', path)
    c.call('last_admin_roles_when_deactivated', 'local', 'PUT', path + '/roles', {'roles': 'system_user'})
    _make_admin(c, boss.id)
    c.log_in(boss)
    c.call('last_admin_delete_self', boss, 'DELETE', path)
    c.call('last_admin_delete_self_get', 'local', 'GET', path)
    _make_admin(c, boss.id)
    c.log_in(boss)
    c.call('last_admin_demote', boss, 'POST', path + '/demote')
    c.call('last_admin_demote_get', 'local', 'GET', path)
    _make_admin(c, boss.id)
    c.log_in(boss)
    c.call('last_admin_convert_to_bot', boss, 'POST', path + '/convert_to_bot')
    c.call('last_admin_permanent', 'local', 'DELETE', path, query={'permanent': 'true'})


SECTIONS = [last_administrator]
