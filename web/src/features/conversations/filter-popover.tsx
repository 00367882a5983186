import { Popover, Select } from '@mantine/core';
import { IconFilter2 } from '@tabler/icons-react';
import { type Platform, platform } from '../../../../src/contract/index.ts';
import { useChannels, useTags } from '../../api/resources.ts';
import { Button, IconButton } from '../../ui/controls.tsx';
import { platformName } from '../../ui/platform-mark.tsx';
import styles from './conversation-list.module.css';
import { countOf, type OwnFilters, ownFiltersOf, searchOf } from './list-filters.ts';

export const statusNames = {
  new: 'New',
  open: 'Open',
  pending: 'Pending',
  snoozed: 'Snoozed',
  resolved: 'Resolved',
  archived: 'Archived',
};
export const priorityNames = { low: 'Low', normal: 'Normal', high: 'High', urgent: 'Urgent' };
export const slaNames = { due: 'A reply is due', breached: 'Late' };

function optionsOf(names: Record<string, string>) {
  return Object.entries(names).map(([value, label]) => ({ value, label }));
}

interface FilterPopoverProps {
  filters: OwnFilters;
  onChange: (filters: OwnFilters) => void;
}

export function FilterPopover({ filters, onChange }: FilterPopoverProps) {
  const channels = useChannels().data ?? [];
  const tags = useTags().data ?? [];
  const count = countOf(filters);
  const platforms = platform.options.filter(option => channels.some(channel => channel.platform === option));
  const set = (name: keyof OwnFilters) => (value: string | null) => {
    const search = searchOf(filters);
    if (value) search.set(name, value);
    else search.delete(name);
    onChange(ownFiltersOf(search));
  };
  const field = (name: keyof OwnFilters, label: string, data: { value: string; label: string }[]) => (
    <Select
      label={label}
      placeholder="Any"
      size="xs"
      clearable
      comboboxProps={{ withinPortal: false }}
      data={data}
      value={filters[name] === undefined ? null : String(filters[name])}
      onChange={set(name)}
    />
  );
  return (
    <Popover width={260} position="bottom-end" trapFocus withinPortal>
      <Popover.Target>
        <IconButton label={count > 0 ? `Filter, ${count} on` : 'Filter'} data-on={count > 0 || undefined}>
          <IconFilter2 size={17} stroke={1.7} />
        </IconButton>
      </Popover.Target>
      <Popover.Dropdown aria-label="Filter conversations">
        <div className={styles.popover}>
          {field('status', 'Status', optionsOf(statusNames))}
          {field('priority', 'Priority', optionsOf(priorityNames))}
          {field('sla', 'Promise', optionsOf(slaNames))}
          {field(
            'tag',
            'Tag',
            tags.map(tag => ({ value: String(tag.id), label: tag.name })),
          )}
          {field(
            'channel',
            'Channel',
            channels.map(channel => ({ value: String(channel.id), label: channel.name })),
          )}
          {field(
            'platform',
            'Platform',
            platforms.map((value: Platform) => ({ value, label: platformName(value) })),
          )}
          <div className={styles.popoverEnd}>
            <Button disabled={count === 0} onClick={() => onChange({ q: filters.q })}>
              Clear all
            </Button>
          </div>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}

/** The filters that are on, each with a way off. */
export function FilterChips({ filters, onChange }: FilterPopoverProps) {
  const channels = useChannels().data ?? [];
  const tags = useTags().data ?? [];
  const words: Partial<Record<keyof OwnFilters, string | undefined>> = {
    status: filters.status && statusNames[filters.status],
    priority: filters.priority && `${priorityNames[filters.priority]} priority`,
    sla: filters.sla && slaNames[filters.sla],
    tag: filters.tag === undefined ? undefined : (tags.find(tag => tag.id === filters.tag)?.name ?? 'Tag'),
    channel:
      filters.channel === undefined
        ? undefined
        : (channels.find(channel => channel.id === filters.channel)?.name ?? 'Channel'),
    platform: filters.platform && platformName(filters.platform),
  };
  const on = Object.entries(words).filter(([, text]) => text);
  if (on.length === 0) return null;
  return (
    <div className={styles.filters}>
      {on.map(([name, text]) => (
        <button
          key={name}
          type="button"
          className={styles.filter}
          aria-label={`Remove filter ${text}`}
          onClick={() => onChange({ ...filters, [name]: undefined })}
        >
          <bdi>{text}</bdi> <span aria-hidden>×</span>
        </button>
      ))}
    </div>
  );
}
