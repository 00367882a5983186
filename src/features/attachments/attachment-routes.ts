import { randomUUID } from 'node:crypto';
import { getAttachment, uploadAttachment } from '../../contract/attachments.ts';
import { getMessageLayout, getMessagePicture } from '../../contract/messages.ts';
import type { Api } from '../../http/api.ts';
import { actingUserId } from '../../http/principal.ts';
import { NotFound } from '../../kit/errors.ts';
import { keysOf } from '../../media/keep-file.ts';
import type { MediaLinks } from '../../media/media-links.ts';
import type { MediaStore } from '../../media/media-store.ts';
import type { PictureLinks } from '../../media/picture-links.ts';
import type { AllowList } from '../../net/guarded-agents.ts';
import type { Tenants } from '../../tenancy/tenants.ts';
import { requireActive } from '../auth/index.ts';
import { findStored, insertUpload } from './attachment-store.ts';
import { MOST_BYTES } from './fetch-files.ts';
import { readLayout } from './message-layout.ts';
import { receiveUpload } from './receive-upload.ts';
import { fetchPicture } from './remote-picture.ts';
import { serveFile } from './serve-file.ts';

export interface AttachmentRoutesOptions {
  readonly tenants: Tenants;
  readonly store: MediaStore;
  readonly links: MediaLinks;
  /** Of one file. */
  readonly maximumBytes?: number | undefined;
}

export interface LayoutRoutesOptions extends Pick<AttachmentRoutesOptions, 'tenants' | 'links'> {
  readonly pictures: PictureLinks;
  /**
   * Servers in our own network that a picture may come from; none. What an operator has let tenants call is not for
   * strangers: whoever writes a mail says what is fetched.
   */
  readonly pictureAllow?: AllowList | undefined;
}

export function bindAttachmentRoutes(api: Api, options: AttachmentRoutesOptions): void {
  const { tenants, store, links, maximumBytes = MOST_BYTES } = options;
  // No connection is held while the bytes come, which may take minutes.
  api.handleDetached(uploadAttachment, async ({ principal, request }) => {
    const publicId = randomUUID();
    const key = `${principal.tenantId}/${publicId}`;
    const { file, filename, isVoice } = await receiveUpload(request, store, key, maximumBytes);
    try {
      const attachment = await tenants.run(principal.tenantId, ({ db }) =>
        insertUpload(db, publicId, file, { filename, isVoice, userId: actingUserId(principal) }),
      );
      return { ...attachment, ...linksOf(links, principal.tenantId, attachment) };
    } catch (error) {
      await store.remove(keysOf(file));
      throw error;
    }
  });

  api.handlePublic(getAttachment, async ({ params, query, request, response }) => {
    const target = links.read(query.token);
    if (target?.attachmentId !== params.id)
      throw new NotFound('This link is not right, or has run out. Fetch the message again for a new one.');
    await requireActive(tenants, target.tenantId);
    const found = await tenants.run(target.tenantId, ({ db }) => findStored(db, params.id));
    if (!found) throw new NotFound('There is no such file any more.');
    if (!target.isThumbnail)
      return serveFile(request, response, store, { ...found, isDownload: query.download ?? false });
    if (found.thumbnailKey === null) throw new NotFound('This file has no thumbnail.');
    await serveFile(request, response, store, {
      key: found.thumbnailKey,
      size: undefined,
      mimeType: 'image/webp',
      filename: null,
      isDownload: false,
    });
  });
}

/** How a mail was laid out, and its pictures from other servers. */
export function bindLayoutRoutes(api: Api, options: LayoutRoutesOptions): void {
  const { tenants, links, pictures, pictureAllow = [] } = options;
  api.handle(getMessageLayout, async ({ scope, params, query }) => {
    const tenantId = scope.tenant.id;
    return readLayout(scope.db, params.id, {
      attachment: attachmentId => links.link({ tenantId, attachmentId, isThumbnail: false }),
      remote: query.pictures ? url => pictures.link({ tenantId, messageId: params.id, url }) : undefined,
    });
  });
  api.handlePublic(getMessagePicture, async ({ params, query, response }) => {
    const target = pictures.read(params.id, query.url, query.token);
    if (!target) throw new NotFound('This link is not right, or has run out. Open the message again.');
    await requireActive(tenants, target.tenantId);
    const { content, mimeType } = await fetchPicture(target.url, pictureAllow);
    response.setHeader('Content-Type', mimeType);
    response.setHeader('Content-Security-Policy', "default-src 'none'; sandbox");
    response.setHeader('Cache-Control', 'private, max-age=3600');
    response.end(content);
    return undefined;
  });
}

function linksOf(links: MediaLinks, tenantId: string, file: { id: number; thumbnailUrl: string | null }) {
  const target = { tenantId, attachmentId: file.id };
  return {
    url: links.link({ ...target, isThumbnail: false }),
    thumbnailUrl: file.thumbnailUrl && links.link({ ...target, isThumbnail: true }),
  };
}
