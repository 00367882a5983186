import type { AxiosInstance } from 'axios';
import type { PlatformIo } from '../../src/platforms/adapter.ts';

/** What an adapter may use of the world, for those whose servers no tenant names. */
export function ioOf(http: AxiosInstance, baseUrl: string): PlatformIo {
  return {
    http,
    baseUrl,
    resolve: host => Promise.reject(new Error(`Nobody should want to connect to ${host}.`)),
  };
}
