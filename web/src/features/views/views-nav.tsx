import {
  IconAlertTriangleFilled,
  IconCircleCheck,
  IconInbox,
  IconMenu2,
  IconMoon,
  IconUser,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { NavLink } from 'react-router';
import { useChannels, useCounts, useTeams } from '../../api/resources.ts';
import { Dot } from '../../ui/controls.tsx';
import { PlatformMark } from '../../ui/platform-mark.tsx';
import { channelHints } from '../channels/channel-hints.ts';
import { needsAttention } from '../channels/channel-state.ts';
import { countOfView, type FixedView, fixedViews } from './view-definitions.ts';
import styles from './views-nav.module.css';

const icons: Record<FixedView, typeof IconUser> = {
  mine: IconUser,
  unassigned: IconInbox,
  all: IconMenu2,
  snoozed: IconMoon,
  resolved: IconCircleCheck,
};
const teamColors = ['#4c6ef5', '#e64980', '#0ca678', '#f08c00', '#7048e8', '#1098ad'];

export function ViewsNav({ isTitled = true, onChosen }: { isTitled?: boolean; onChosen?: () => void }) {
  const counts = useCounts().data;
  const teams = useTeams().data ?? [];
  const channels = useChannels().data ?? [];
  const hints = channelHints(channels);
  return (
    <nav className={styles.views} aria-label="Views">
      {isTitled ? <div className={styles.title}>Inbox</div> : null}
      {(Object.keys(fixedViews) as FixedView[]).map(key => {
        const Icon = icons[key];
        return (
          <ViewLink
            key={key}
            to={key}
            name={fixedViews[key].name}
            count={countOfView(counts, key)}
            onChosen={onChosen}
          >
            <Icon size={16} stroke={1.7} aria-hidden />
          </ViewLink>
        );
      })}
      {teams.length > 0 ? <h2>Teams</h2> : null}
      {teams.map((team, index) => (
        <ViewLink
          key={team.id}
          to={`team-${team.id}`}
          name={team.name}
          count={countOfView(counts, `team-${team.id}`)}
          onChosen={onChosen}
        >
          <Dot color={teamColors[index % teamColors.length] ?? '#4c6ef5'} />
        </ViewLink>
      ))}
      {channels.length > 0 ? <h2>Channels</h2> : null}
      {channels.map(channel => (
        <ViewLink
          key={channel.id}
          to={`channel-${channel.id}`}
          name={channel.name}
          hint={hints.get(channel.id)}
          alarm={needsAttention(channel) ? `${channel.name} needs attention` : undefined}
          count={countOfView(counts, `channel-${channel.id}`)}
          onChosen={onChosen}
        >
          <PlatformMark platform={channel.platform} />
        </ViewLink>
      ))}
    </nav>
  );
}

interface ViewLinkProps {
  to: string;
  name: string;
  /** Tells it from another one of the same name. */
  hint?: string;
  /** What is wrong with it. */
  alarm?: string;
  count: number | undefined;
  children: ReactNode;
  onChosen?: () => void;
}

function ViewLink({ to, name, hint, alarm, count, children, onChosen }: ViewLinkProps) {
  return (
    <NavLink to={`/inbox/${to}`} className={styles.view} onClick={onChosen}>
      <span className={styles.sign} aria-hidden>
        {children}
      </span>
      <span className={styles.name} title={hint ? `${name} ${hint}` : name}>
        <bdi>{name}</bdi>
        {hint ? (
          <>
            {' '}
            <small>
              <bdi>{hint}</bdi>
            </small>
          </>
        ) : null}
      </span>
      {alarm ? (
        <span className={styles.alarm} role="img" aria-label={alarm} title={alarm}>
          <IconAlertTriangleFilled size={14} aria-hidden />
        </span>
      ) : null}
      <span className={styles.count}>{count === undefined ? '' : count.toLocaleString()}</span>
    </NavLink>
  );
}
