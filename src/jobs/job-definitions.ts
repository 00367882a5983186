import { z } from 'zod';

/** A job is an alarm: it says which tenant to look at; the rows there are the truth. Payloads carry ids only. */
const tenantAlarm = z.strictObject({ tenantId: z.uuid(), hasSpill: z.boolean().optional() });
export type TenantAlarm = z.infer<typeof tenantAlarm>;

export interface JobDefinition {
  readonly name: JobName;
  readonly payload: typeof tenantAlarm;
  readonly attempts: number;
}
export type JobName = 'ingest-delivery' | 'send-message' | 'fetch-files' | 'pull' | 'care-for-tenant';

export const jobDefinitions: Readonly<Record<JobName, JobDefinition>> = {
  'ingest-delivery': { name: 'ingest-delivery', payload: tenantAlarm, attempts: 3 },
  'send-message': { name: 'send-message', payload: tenantAlarm, attempts: 3 },
  'fetch-files': { name: 'fetch-files', payload: tenantAlarm, attempts: 3 },
  pull: { name: 'pull', payload: tenantAlarm, attempts: 3 },
  'care-for-tenant': { name: 'care-for-tenant', payload: tenantAlarm, attempts: 3 },
};
export const jobNames = Object.keys(jobDefinitions) as JobName[];
