import type { Context } from '../../src/app/build-context.ts';
import { hashPassword } from '../../src/features/users/index.ts';
import { fillSample } from '../../src/sample/index.ts';
import type { ProductTenant } from './product.ts';
import { ADMIN_ID, TEAM_ID } from './tenants.ts';

/** Fills a fresh tenant of the product with the sample company; all of its agents have this password. */
export async function fillWithSample(
  context: Context,
  { tenant, whatsapp, widget, api }: ProductTenant,
  agentPassword = 'lamps and furniture',
): Promise<void> {
  await context.tenants.runOn(tenant, scope =>
    scope.transaction(async tx => {
      // The sample brings its own team of this name.
      await tx.query('DELETE FROM teams WHERE id = $1', [TEAM_ID]);
      await fillSample(tx, {
        now: new Date(),
        channels: { whatsappId: whatsapp.id, widgetId: widget.id, apiId: api.id },
        adminUserId: ADMIN_ID,
        hashPassword,
        agentPassword,
      });
    }),
  );
}
