export { fillSample } from './fill-sample.ts';
export type { SampleOptions } from './write-company.ts';
