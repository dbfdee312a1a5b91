# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The limit of active users of a server without a licence (11.2: 250). Runs only with --group userlimit.

Creates as many users as the server takes, and deletes them again; use a fresh server. Records
nothing if the limit is too high for that (10.11: 5000) or if there is none.
"""

from __future__ import annotations

from context import PASSWORD, Abort

OPT_IN = True
ORDER = 96
MOST = 400


def _limits(c):
    body = c.quiet('root', 'GET', '/limits/server').body
    return (body.get('maxUsersHardLimit', 0), body.get('activeUserCount', 0)) if isinstance(body, dict) else (0, 0)


def prepare(c):
    c.alice = c.user('alice', login=True)
    c.gone = c.user('gone')
    c.bot = c.user('bot')
    c.deactivate(c.gone)
    c.quiet('root', 'POST', c.bot.path + '/convert_to_bot')
    c.filler = []
    hard, active = _limits(c)
    if not 0 < hard <= MOST:
        raise Abort('the limit of this server is %d users: nothing to record' % hard)
    for _time in range(hard - active):
        c.filler.append(c.user('fill', auth_service='saml', auth_data=c.name('fill-data'), password=''))


def _create(c, record, who='admin', **fields):
    name = c.name('more')
    answer = c.call(
        record,
        who,
        'POST',
        '/users',
        dict({'username': name, 'email': name + '@example.com', 'password': PASSWORD}, **fields),
    )
    c.filler.append(answer)


def at_the_limit(c):
    c.call('limit_get', 'admin', 'GET', '/limits/server')
    _create(c, 'limit_create')
    _create(c, 'limit_create_anon', 'anon')
    _create(c, 'limit_create_weak_password', password='x')
    _create(c, 'limit_create_taken_name', username=c.alice.name)
    c.call('limit_active_true', 'admin', 'PUT', c.gone.path + '/active', {'active': True})
    c.call('limit_active_true_get', 'admin', 'GET', c.gone.path)
    c.call('limit_active_true_when_active', 'admin', 'PUT', c.alice.path + '/active', {'active': True})
    c.call('limit_patch', 'admin', 'PUT', c.alice.path + '/patch', {'nickname': 'n'})
    c.call('limit_roles', 'admin', 'PUT', c.alice.path + '/roles', {'roles': 'system_user'})
    c.call('limit_login', 'anon', 'POST', '/users/login', {'login_id': c.alice.name, 'password': PASSWORD})
    c.call('limit_deactivate', 'admin', 'DELETE', c.alice.path)
    c.call('limit_reactivate', 'admin', 'PUT', c.alice.path + '/active', {'active': True})
    c.call('limit_bot_to_user', 'admin', 'POST', '/bots/%s/convert_to_user' % c.bot.id, {'password': PASSWORD})
    c.call('limit_get_exceeded', 'admin', 'GET', '/limits/server')
    c.call('limit_deactivate_again', 'admin', 'DELETE', c.alice.path)
    _create(c, 'limit_create_still_full')


def clean_up(c):
    for user in c.filler:
        c.remove(user.id if hasattr(user, 'id') else user['id'])
    _create(c, 'limit_create_after_clean_up')


SECTIONS = [at_the_limit, clean_up]
