import {
  IconArrowBackUp,
  IconExternalLink,
  IconFile,
  IconMapPin,
  IconMovie,
  IconPhone,
  IconPhoto,
} from '@tabler/icons-react';
import type { MessageTemplate } from '../../../../src/contract/index.ts';
import { useLocalUrl } from '../../ui/use-local-url.ts';
import type { PlaceDraft, TemplateDraft } from '../composer/drafts.ts';
import styles from '../composer/preview.module.css';
import { bodyParts, headerParts, type TextPart } from './template-values.ts';

interface TemplatePreviewProps {
  template: MessageTemplate;
  draft: TemplateDraft;
  file: File | undefined;
}

/** The message as the customer will see it, with what was filled in so far. */
export function TemplatePreview({ template, draft, file }: TemplatePreviewProps) {
  const { header, footer, buttons } = template;
  return (
    <section className={styles.preview} aria-label="Preview">
      <div className={styles.bubble}>
        {header && header.kind !== 'text' ? (
          <FileHead kind={header.kind} file={file} place={draft.place} />
        ) : null}
        {header?.text ? (
          <b className={styles.headline} dir="auto">
            <Parts parts={headerParts(header.text, draft)} />
          </b>
        ) : null}
        <p dir="auto">
          <Parts parts={bodyParts(template, draft)} />
        </p>
        {footer ? <small dir="auto">{footer}</small> : null}
      </div>
      {buttons.map((button, index) => {
        const Icon = icons[button.kind];
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a button is its place
          <div key={index} className={styles.key}>
            <Icon size={14} aria-hidden /> <bdi>{button.title}</bdi>
          </div>
        );
      })}
    </section>
  );
}

const icons = { reply: IconArrowBackUp, url: IconExternalLink, phone: IconPhone, other: IconArrowBackUp };
const fileIcons = { image: IconPhoto, video: IconMovie, document: IconFile, location: IconMapPin };

interface FileHeadProps {
  kind: keyof typeof fileIcons;
  file: File | undefined;
  place: PlaceDraft | undefined;
}

function FileHead({ kind, file, place }: FileHeadProps) {
  const Icon = fileIcons[kind];
  if (file && kind === 'image') return <Picture file={file} />;
  return (
    <span className={styles.file}>
      <Icon size={22} stroke={1.5} aria-hidden />
      {file ? <bdi>{file.name}</bdi> : null}
      {kind === 'location' && place ? <bdi>{place.name}</bdi> : null}
    </span>
  );
}

function Picture({ file }: { file: File }) {
  return <img className={styles.picture} src={useLocalUrl(file)} alt={file.name} />;
}

function Parts({ parts }: { parts: readonly TextPart[] }) {
  return parts.map((part, index) =>
    part.isGap ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text have no other name
      <mark key={index}>{part.text}</mark>
    ) : (
      part.text
    ),
  );
}
