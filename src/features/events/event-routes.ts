import { listEvents } from '../../contract/events.ts';
import type { Api } from '../../http/api.ts';
import { Gone } from '../../kit/errors.ts';
import type { MediaLinks } from '../../media/media-links.ts';
import { outboxBounds, readEvents } from '../../tenancy/outbox.ts';

export function bindEventRoutes(api: Api, links: MediaLinks): void {
  api.handle(listEvents, async ({ scope, principal, query }) => {
    const { lastSeq } = await outboxBounds(scope.db);
    const events = await readEvents(scope.db, query.after, query.limit);
    // Judged by what was read: rows may go between two statements, and may all be gone.
    const isNextKept = events[0] ? events[0].seq === query.after + 1 : query.after >= lastSeq;
    if (!isNextKept)
      throw new Gone(
        'Events that old are no longer kept: fetch the present state and go on from lastSeq.',
        'events_expired',
      );
    const maySee = principal.permissions.includes('conversations:read');
    // Numbers are everybody's, contents only of those who may read them.
    const items = maySee
      ? events.map(event => links.linkedEvent(scope.tenant.id, event))
      : events.map(event => ({ ...event, type: 'skipped', data: {} }));
    return { items, lastSeq: Math.max(lastSeq, events.at(-1)?.seq ?? 0) };
  });
}
