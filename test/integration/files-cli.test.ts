import { join } from 'node:path';
import { expect } from 'chai';
import { type CliRig, type CreatedTenant, startCliRig } from '../support/cli-rig.ts';
import { sampleFiles } from '../support/sample-files.ts';
import { filesUnder } from '../support/store-folder.ts';

describe('files and the commands of an operator', function () {
  this.timeout(90_000);
  let rig: CliRig;

  before(async () => {
    rig = await startCliRig();
  });
  after(() => rig?.close());

  it('go with the tenant that is deleted, and no other’s', async () => {
    const globex = await rig.json<CreatedTenant>(
      ...['tenant', 'create', 'globex', '--name', 'Globex', '--admin-email', 'gus@globex.example'],
    );
    const upload = async ({ apiKey }: CreatedTenant) => {
      const form = new FormData();
      form.append('file', new Blob([new Uint8Array(sampleFiles.pdf)]), 'offer.pdf');
      const headers = { authorization: `Bearer ${apiKey}` };
      const answer = await fetch(`${rig.url}/api/v1/attachments`, { method: 'POST', headers, body: form });
      expect(answer.status).to.equal(201);
      return ((await answer.json()) as { url: string }).url;
    };
    const [ofAcme, ofGlobex] = [await upload(rig.acme), await upload(globex)];
    const foldersOf = async () =>
      (await filesUnder(join(rig.folder, 'media'))).map(name => name.slice(0, 36)).sort();
    expect(await foldersOf()).to.deep.equal([rig.acme.tenant.id, globex.tenant.id].sort());
    await rig.json('tenant', 'delete', 'globex', '--confirm', 'globex');
    expect(await foldersOf()).to.deep.equal([rig.acme.tenant.id]);
    expect((await fetch(ofAcme)).status).to.equal(200);
    expect((await fetch(ofGlobex)).status).to.be.oneOf([401, 403, 404, 503]);
  });
});
