import { randomBytes } from 'node:crypto';
import type { Database } from '../db/planes.ts';
import {
  agentKeys,
  agents,
  cannedResponses,
  historyChannels,
  slaPolicy,
  type TeamKey,
  tagColors,
  teams,
} from './company.ts';
import type { AgentKey, ChannelKey, TagName } from './dialogue.ts';
import { insertRows, insertWithIds } from './insert-rows.ts';
import type { SeededRandom } from './seeded-random.ts';

export interface SampleOptions {
  /** Everything is told relative to it. */
  readonly now: Date;
  /** The channels that exist already. */
  readonly channels: { readonly whatsappId: number; readonly widgetId: number; readonly apiId: number };
  readonly adminUserId: number;
  hashPassword(text: string): Promise<string>;
  /** All four agents sign in with it. */
  readonly agentPassword: string;
}

export interface SampleCompany {
  readonly users: Readonly<Record<AgentKey, { readonly id: number; readonly name: string }>>;
  readonly teamIds: Readonly<Record<TeamKey, number>>;
  readonly channelIds: Readonly<Record<ChannelKey, number>>;
  readonly tagIds: ReadonlyMap<TagName, number>;
  readonly slaPolicyId: number;
}

const DAY = 86_400_000;

/** Colleagues, teams, channels, tags, canned responses and the default promise. Throws when a role is missing. */
export async function writeCompany(
  db: Database,
  options: SampleOptions,
  random: SeededRandom,
): Promise<SampleCompany> {
  const start = new Date(options.now.getTime() - 900 * DAY);
  const users = await writeUsers(db, options, start, random);
  const [support, sales] = await insertWithIds(db, 'teams', { name: 'text', created_at: 'timestamptz' }, [
    { name: teams.support, created_at: start },
    { name: teams.sales, created_at: start },
  ]);
  const teamIds = { support: support ?? 0, sales: sales ?? 0 };
  await insertRows(
    db,
    'team_members',
    { team_id: 'bigint', user_id: 'bigint' },
    agentKeys.map(key => ({ team_id: teamIds[agents[key].team], user_id: users[key].id })),
  );
  await writeCannedResponses(db, options.now, teamIds, random);
  return {
    users,
    teamIds,
    channelIds: await writeChannels(db, options, start),
    tagIds: await writeTags(db, start),
    slaPolicyId: await writeSlaPolicy(db, start),
  };
}

async function writeUsers(
  db: Database,
  { now, adminUserId, hashPassword, agentPassword }: SampleOptions,
  start: Date,
  random: SeededRandom,
): Promise<SampleCompany['users']> {
  const roles = await db.query<{ id: number; name: string }>('SELECT id, name FROM roles');
  const [admin] = await db.query<{ id: number; name: string }>('SELECT id, name FROM users WHERE id = $1', [
    adminUserId,
  ]);
  if (!admin) throw new Error(`There is no user ${adminUserId} to own the sample.`);
  const roleId = (name: string) => {
    const role = roles.find(candidate => candidate.name === name);
    if (!role) throw new Error(`The role ${name} is missing.`);
    return role.id;
  };
  const hashes = await Promise.all(agentKeys.map(() => hashPassword(agentPassword)));
  const [maria = 0, lena = 0, tomas = 0, aisha = 0] = await insertWithIds(
    db,
    'users',
    {
      email: 'text',
      name: 'text',
      password_hash: 'text',
      role_id: 'bigint',
      locale: 'text',
      timezone: 'text',
      last_active_at: 'timestamptz',
      created_at: 'timestamptz',
    },
    agentKeys.map((key, index) => ({
      email: agents[key].email,
      name: agents[key].name,
      password_hash: hashes[index] ?? '',
      role_id: roleId(agents[key].role),
      locale: 'en',
      timezone: 'Europe/Lisbon',
      last_active_at: new Date(now.getTime() - random.whole(1, 40) * 60_000),
      created_at: start,
    })),
  );
  return {
    maria: { id: maria, name: agents.maria.name },
    lena: { id: lena, name: agents.lena.name },
    tomas: { id: tomas, name: agents.tomas.name },
    aisha: { id: aisha, name: agents.aisha.name },
    admin,
  };
}

/** Their tokens are random although the rest is not: a webhook address must not be guessed. */
async function writeChannels(
  db: Database,
  { channels }: SampleOptions,
  start: Date,
): Promise<SampleCompany['channelIds']> {
  const added = Object.values(historyChannels).map(channel => ({
    ...channel,
    settings: {},
    sealed_credentials: '',
    webhook_token: randomBytes(24).toString('base64url'),
    health: 'ok',
    created_at: start,
  }));
  const ids = await insertWithIds(
    db,
    'channels',
    {
      platform: 'text',
      name: 'text',
      settings: 'jsonb',
      sealed_credentials: 'text',
      webhook_token: 'text',
      health: 'text',
      created_at: 'timestamptz',
    },
    added,
  );
  const idOf = (platform: string) => ids[added.findIndex(channel => channel.platform === platform)] ?? 0;
  return {
    whatsapp: channels.whatsappId,
    widget: channels.widgetId,
    api: channels.apiId,
    instagram: idOf('instagram'),
    facebook: idOf('facebook'),
    email: idOf('email'),
    telegram: idOf('telegram'),
  };
}

async function writeTags(db: Database, start: Date): Promise<Map<TagName, number>> {
  const tags = Object.entries(tagColors) as [TagName, string][];
  const ids = await insertWithIds(
    db,
    'conversation_tags',
    { name: 'text', color: 'text', created_at: 'timestamptz' },
    tags.map(([name, color]) => ({ name, color, created_at: start })),
  );
  return new Map(tags.map(([name], index) => [name, ids[index] ?? 0]));
}

async function writeCannedResponses(
  db: Database,
  now: Date,
  teamIds: SampleCompany['teamIds'],
  random: SeededRandom,
): Promise<void> {
  await insertRows(
    db,
    'canned_responses',
    {
      title: 'text',
      shortcut: 'text',
      content: 'text',
      category: 'text',
      team_id: 'bigint',
      is_shared: 'boolean',
      usage_count: 'integer',
      last_used_at: 'timestamptz',
    },
    cannedResponses.map(({ team, ...response }) => ({
      ...response,
      team_id: team && teamIds[team],
      is_shared: true,
      usage_count: random.whole(4, 120),
      last_used_at: new Date(now.getTime() - random.whole(1, 72) * 3_600_000),
    })),
  );
}

/** The sample's promise becomes the default one. */
async function writeSlaPolicy(db: Database, start: Date): Promise<number> {
  await db.query('UPDATE sla_policies SET is_default = false WHERE is_default');
  const [policy] = await db.query<{ id: number }>(
    `INSERT INTO sla_policies (name, description, first_response_time_minutes, next_response_time_minutes,
       resolution_time_hours, is_default, created_at)
     VALUES ($1, $2, $3, $4, $5, true, $6) RETURNING id`,
    [
      slaPolicy.name,
      slaPolicy.description,
      slaPolicy.firstResponseMinutes,
      slaPolicy.nextResponseMinutes,
      slaPolicy.resolutionHours,
      start,
    ],
  );
  return policy?.id ?? 0;
}
