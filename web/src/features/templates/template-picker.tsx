import { TextInput } from '@mantine/core';
import { IconRefresh, IconSearch, IconTemplate } from '@tabler/icons-react';
import { type KeyboardEvent, useEffect, useId, useState } from 'react';
import type { MessageTemplate } from '../../../../src/contract/index.ts';
import { useSession } from '../../app/session.ts';
import { Button, Chip, Skeleton } from '../../ui/controls.tsx';
import { isComposing } from '../../ui/is-composing.ts';
import { exactTime, sinceOf } from '../../ui/time.ts';
import { isFound, languageName, whyNotSendable } from './template-values.ts';
import styles from './templates.module.css';
import type { Templates } from './use-templates.ts';

interface TemplatePickerProps {
  templates: Templates;
  /** Whose templates they are: WhatsApp. */
  platform: string;
  /** What was chosen once and is not in the list any more. */
  lost: string | null;
  onChoose: (template: MessageTemplate) => void;
  onType: () => void;
  /** `null`: there is nothing to go back to. */
  onClose: (() => void) | null;
}

/** A list that is longer is searched, not read. */
const shownAtMost = 60;

export function TemplatePicker({
  templates,
  platform,
  lost,
  onChoose,
  onType,
  onClose,
}: TemplatePickerProps) {
  const { list, problem, isAsking, ask } = templates;
  const hasNone = list !== undefined && list.templates.length === 0;
  const isLoading = list === undefined && isAsking;
  return (
    <>
      {lost ? (
        <p className={styles.remark} role="status">
          <bdi>{lost}</bdi> is not among the templates any more. Choose another one.
        </p>
      ) : null}
      {problem && !isAsking ? (
        <p className={styles.problem} role="alert">
          {problem}
        </p>
      ) : null}
      {isLoading || (list && !hasNone) ? (
        <TemplateSearch items={list?.templates} platform={platform} onChoose={onChoose} />
      ) : null}
      {hasNone ? (
        <div className={styles.empty}>
          <IconTemplate size={22} stroke={1.5} aria-hidden />
          <b>
            {list.syncedAt === null
              ? `${platform} has not told of its templates`
              : 'There is no template yet'}
          </b>
          <p>
            {list.syncedAt === null
              ? 'It may have been out of reach. Ask again, or type the name of one that was approved.'
              : `Make one in ${platform}’s console. As soon as it is approved, it can be sent from here.`}
          </p>
        </div>
      ) : null}
      <div className={styles.end}>
        <Button onClick={ask} aria-disabled={isAsking}>
          <IconRefresh size={15} aria-hidden /> {isAsking ? `Asking ${platform}…` : `Ask ${platform} again`}
        </Button>
        <Button onClick={onType}>Type a name</Button>
        {list?.syncedAt ? <Asked at={list.syncedAt} /> : null}
        <span className={styles.space} />
        {onClose ? <Button onClick={onClose}>Back to text</Button> : null}
      </div>
    </>
  );
}

function Asked({ at }: { at: string }) {
  const { clock } = useSession();
  return (
    <span className={styles.asked} title={exactTime(at)}>
      as of {sinceOf(at, clock())}
    </span>
  );
}

interface TemplateSearchProps {
  /** `undefined`: they are on their way; what is typed meanwhile is the search already. */
  items: readonly MessageTemplate[] | undefined;
  platform: string;
  onChoose: (template: MessageTemplate) => void;
}

function TemplateSearch({ items, platform, onChoose }: TemplateSearchProps) {
  const id = useId();
  const [search, setSearch] = useState('');
  const [at, setAt] = useState(0);
  const found = (items ?? []).filter(template => isFound(template, search.trim()));
  const sendable = found.filter(template => whyNotSendable(template) === null).slice(0, shownAtMost);
  const others = found
    .filter(template => whyNotSendable(template) !== null)
    .slice(0, shownAtMost - sendable.length);
  const hidden = found.length - sendable.length - others.length;
  const chosen = Math.min(at, sendable.length - 1);
  const chosenId = sendable.length > 0 ? `${id}-${chosen}` : undefined;
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event.nativeEvent)) return;
    const template = sendable[chosen];
    if (event.key === 'ArrowDown') setAt(Math.min(sendable.length - 1, chosen + 1));
    else if (event.key === 'ArrowUp') setAt(Math.max(0, chosen - 1));
    else if (event.key === 'Enter') {
      if (template) onChoose(template);
    } else return;
    event.preventDefault();
  };
  useEffect(() => {
    if (chosenId) document.getElementById(chosenId)?.scrollIntoView({ block: 'nearest' });
  }, [chosenId]);
  return (
    <>
      <TextInput
        type="search"
        aria-label="Search the templates"
        placeholder="Search by name, words or language"
        aria-controls={items ? id : undefined}
        aria-autocomplete="list"
        aria-activedescendant={chosenId}
        leftSection={<IconSearch size={15} stroke={1.7} aria-hidden />}
        value={search}
        onChange={event => {
          setSearch(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      {items ? (
        <div id={id} role="listbox" aria-label="Templates" className={styles.list}>
          {sendable.map((template, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the search field's
            <div
              key={`${template.name} ${template.language}`}
              id={`${id}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === chosen}
              className={styles.option}
              onMouseMove={() => setAt(index)}
              onClick={() => onChoose(template)}
            >
              <TemplateWords template={template} />
            </div>
          ))}
          {others.map(template => (
            <div
              key={`${template.name} ${template.language}`}
              role="option"
              tabIndex={-1}
              aria-selected={false}
              aria-disabled
              className={styles.option}
            >
              <TemplateWords template={template} />
              <p className={styles.why}>{whyNotSendable(template)}</p>
            </div>
          ))}
        </div>
      ) : (
        <div aria-busy="true">
          <span className="visuallyHidden" role="status">
            Loading the templates of {platform}
          </span>
          <Skeleton width="100%" height={132} />
        </div>
      )}
      {items && found.length === 0 ? (
        <p className={styles.remark} role="status">
          No template has these words.
        </p>
      ) : null}
      {hidden > 0 ? (
        <p className={styles.remark}>And {hidden.toLocaleString()} more: search for them.</p>
      ) : null}
    </>
  );
}

function TemplateWords({ template }: { template: MessageTemplate }) {
  const { name, language, category, body, header } = template;
  return (
    <>
      <span className={styles.head}>
        <bdi className={styles.name}>{name}</bdi>
        <Chip title={language}>{languageName(language)}</Chip>
        {category ? <Chip>{category.toLowerCase()}</Chip> : null}
      </span>
      <p className={styles.body} dir="auto">
        {header?.text ? <b>{header.text} </b> : null}
        {body}
      </p>
    </>
  );
}
