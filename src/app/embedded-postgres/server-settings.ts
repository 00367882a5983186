import { memoryBytes } from '../../kit/memory.ts';

/** `none` is for tests: a crash of the machine may lose everything. */
export type Durability = 'full' | 'none';

export interface ServerSettings {
  readonly connectionBudget: number;
  readonly durability: Durability;
}

/** Landlord pools, jobs, sockets, presence and the reserved ones, beside the tenant connections. */
const CONNECTIONS_BESIDE_BUDGET = 60;

export function maximumConnections(connectionBudget: number): number {
  return connectionBudget + CONNECTIONS_BESIDE_BUDGET;
}

/** An eighth of the memory, between 16 and 128 MB: the embedded server shares the machine with us. */
export function sharedBuffersMegabytes(bytes: number): number {
  return Math.min(128, Math.max(16, Math.floor(bytes / 8 / 2 ** 20)));
}

/** Given on the command line, not in postgresql.conf, so that a new release changes them for existing folders. */
export function settingArguments(
  { connectionBudget, durability }: ServerSettings,
  memory = memoryBytes(),
): readonly string[] {
  const settings: Record<string, string | number> = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: maximumConnections(connectionBudget),
    shared_buffers: `${sharedBuffersMegabytes(memory)}MB`,
    fsync: durability === 'full' ? 'on' : 'off',
    // Also in tests: without fsync it costs nothing, and what was committed survives a kill of the server.
    synchronous_commit: 'on',
    full_page_writes: durability === 'full' ? 'on' : 'off',
    // Compiling costs more than it saves on statements that take a millisecond.
    jit: 'off',
    max_wal_size: '1GB',
    wal_compression: 'on',
    timezone: 'UTC',
    log_timezone: 'UTC',
    cluster_name: 'concierge',
    logging_collector: 'off',
    log_destination: 'stderr',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
