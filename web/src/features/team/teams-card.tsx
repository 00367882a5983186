import { Fragment } from 'react';
import type { Team } from '../../../../src/contract/index.ts';
import { sentenceOf } from '../../api/api-error.ts';
import { useTeams } from '../../api/resources.ts';
import { LinkButton, Skeleton } from '../../ui/controls.tsx';
import styles from '../settings/settings.module.css';

export function TeamsCard() {
  const query = useTeams();
  const teams = query.data;
  return (
    <section className={styles.card} aria-label="Teams" aria-busy={query.isPending}>
      <h2>Teams</h2>
      {query.isPending ? <Skeleton width="100%" height={56} /> : null}
      {query.isError ? (
        <p className={styles.help} role="alert">
          {sentenceOf(query.error)} <LinkButton onClick={() => void query.refetch()}>Try again</LinkButton>
        </p>
      ) : null}
      {teams?.length === 0 ? (
        <p className={styles.help}>No teams yet: conversations are assigned to people one by one.</p>
      ) : null}
      {teams && teams.length > 0 ? (
        <ul className={styles.plain}>
          {teams.map(team => (
            <li key={team.id}>
              <b>
                <bdi>{team.name}</bdi>
              </b>{' '}
              <span className={styles.help}>
                <Members members={team.members} />
              </span>
            </li>
          ))}
        </ul>
      ) : null}
    </section>
  );
}

function Members({ members }: Pick<Team, 'members'>) {
  if (members.length === 0) return 'nobody in it yet';
  return members.map((member, index) => (
    <Fragment key={member.id}>
      {index > 0 ? ', ' : null}
      <bdi>{member.name}</bdi>
    </Fragment>
  ));
}
