import { Menu } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { useState } from 'react';
import { recallChannel } from '../../../../src/contract/index.ts';
import { sentenceOf } from '../../api/api-error.ts';
import { useSession } from '../../app/session.ts';
import { Button } from '../../ui/controls.tsx';

const hourMs = 3_600_000;
const spans = [
  { label: 'Of the last hour', ms: hourMs },
  { label: 'Of the last day', ms: 24 * hourMs },
  { label: 'Of the last 3 days', ms: 72 * hourMs },
];

interface RecallMenuProps {
  channelId: number;
  /** What came of it, in a sentence. */
  onTold: (told: { text: string; isProblem: boolean } | null) => void;
}

/** Has the platform asked for what was said meanwhile, as after an outage. */
export function RecallMenu({ channelId, onTold }: RecallMenuProps) {
  const { api, clock } = useSession();
  const [isAsking, setIsAsking] = useState(false);
  const ask = async (ms: number) => {
    setIsAsking(true);
    onTold(null);
    try {
      const since = new Date(clock() - ms).toISOString();
      const { asked } = await api.call(recallChannel, { params: { id: channelId }, body: { since } });
      onTold({
        text:
          asked > 0
            ? 'Asked. What was missed appears in the inbox within minutes; what is here already stays as it is.'
            : 'There was nothing to ask for.',
        isProblem: false,
      });
    } catch (error) {
      onTold({ text: sentenceOf(error), isProblem: true });
    } finally {
      setIsAsking(false);
    }
  };
  return (
    <Menu position="top-start" width={180}>
      <Menu.Target>
        <Button isLarge disabled={isAsking}>
          <IconHistory size={15} aria-hidden /> {isAsking ? 'Asking…' : 'Ask for missed messages'}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {spans.map(({ label, ms }) => (
          <Menu.Item key={ms} onClick={() => void ask(ms)}>
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
