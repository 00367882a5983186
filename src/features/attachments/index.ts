export { type AttachmentRoutesOptions, bindAttachmentRoutes, bindLayoutRoutes } from './attachment-routes.ts';
export { storeAttachments } from './attachment-rows.ts';
export {
  attachUploads,
  lockUploads,
  type OutboundFileRow,
  outboundFiles,
  removeLooseFiles,
} from './attachment-store.ts';
export { bringsFiles, type FetchFilesOptions, fetchFiles } from './fetch-files.ts';
