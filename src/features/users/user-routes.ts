import type { Team } from '../../contract/people.ts';
import { createUser, listTeams, listUsers, updateUser } from '../../contract/people.ts';
import type { Api } from '../../http/api.ts';
import { decodeCursor, page } from '../../http/cursor.ts';
import { Conflict } from '../../kit/errors.ts';
import { eventDraft } from '../../tenancy/outbox.ts';
import { endSessions } from './end-sessions.ts';
import { addUser } from './user-service.ts';
import { changeUser, countOtherAdmins, pageUsers, replaceTeams, requireUser } from './user-store.ts';

/** `onSessionsEnded`: what this process remembers of the user's credentials does not hold any more. */
export function bindUserRoutes(api: Api, onSessionsEnded: (tenantId: string, userId: number) => void): void {
  api.handle(listUsers, async ({ scope, query }) => {
    const after = query.cursor
      ? (decodeCursor(query.cursor, ['string', 'number']) as [string, number])
      : undefined;
    const users = await pageUsers(scope.db, after, query.limit);
    return page(
      users,
      query.limit,
      user => user,
      user => [user.name, user.id],
    );
  });

  api.handle(createUser, async ({ scope, body }) => {
    return requireUser(scope.db, await addUser(scope, body));
  });

  api.handle(updateUser, async ({ scope, params, body }) => {
    const losesRights = await scope.transaction(async tx => {
      const before = await requireUser(tx, params.id);
      const losesAdmin =
        before.role === 'admin' && ((body.role && body.role !== 'admin') || body.isActive === false);
      if (losesAdmin && (await countOtherAdmins(tx, params.id)) === 0)
        throw new Conflict('This is the last administrator. Make somebody else one first.', 'last_admin');
      await changeUser(tx, params.id, body);
      if (body.teamIds) await replaceTeams(tx, params.id, body.teamIds);
      const isEnd = body.isActive === false || (body.role !== undefined && body.role !== before.role);
      if (isEnd) await endSessions(tx, params.id);
      tx.emit(eventDraft('user.updated', `user:${params.id}`, { userId: params.id }));
      return isEnd;
    });
    if (losesRights) onSessionsEnded(scope.tenant.id, params.id);
    return requireUser(scope.db, params.id);
  });

  api.handle(listTeams, async ({ scope, query }) => {
    const after = query.cursor
      ? (decodeCursor(query.cursor, ['string', 'number']) as [string, number])
      : ['', 0];
    const teams = await scope.db.query<Team>(
      `SELECT t.id, t.name, coalesce((SELECT json_agg(json_build_object('id', u.id, 'name', u.name) ORDER BY u.name)
         FROM team_members m JOIN users u ON u.id = m.user_id AND u.is_active WHERE m.team_id = t.id), '[]'::json) AS members
       FROM teams t WHERE (t.name, t.id) > ($2, $3) ORDER BY t.name, t.id LIMIT $1`,
      [query.limit + 1, ...after],
    );
    return page(
      teams,
      query.limit,
      team => team,
      team => [team.name, team.id],
    );
  });
}
