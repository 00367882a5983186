import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { getMessageLayout } from '../../../../src/contract/index.ts';
import { sentenceOf } from '../../api/api-error.ts';
import { useSession } from '../../app/session.ts';
import { LinkButton, Skeleton } from '../../ui/controls.tsx';
import { scrollerOf } from '../../ui/scroller-of.ts';
import styles from './mail.module.css';
import { framePage } from './mail-frame.ts';

/** The links of its pictures are good for an hour. */
const goodForMs = 50 * 60_000;
const firstHeight = 120;
const nearness = '300px';

interface MailLayoutProps {
  messageId: number;
  /** Told which of the message's files stand in the layout. */
  onShown: (attachmentIds: readonly number[]) => void;
}

/** A mail as its sender laid it out, in a frame that runs nothing and loads nothing from elsewhere. */
export function MailLayout({ messageId, onShown }: MailLayoutProps) {
  const { api } = useSession();
  const place = useRef<HTMLDivElement>(null);
  const isNear = useIsNear(place);
  const [withPictures, setWithPictures] = useState(false);
  const query = useQuery({
    queryKey: ['layout', messageId, withPictures],
    enabled: isNear,
    staleTime: goodForMs,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      api.call(getMessageLayout, {
        params: { id: messageId },
        query: withPictures ? { pictures: 'true' } : {},
        signal,
      }),
  });
  const html = query.data?.html;
  useEffect(() => {
    if (html !== undefined) onShown(attachmentsIn(html));
  }, [html, onShown]);
  return (
    <div ref={place} data-laid-out aria-busy={query.isPending}>
      {query.isPending ? (
        <>
          <span className="visuallyHidden" role="status">
            Loading the layout
          </span>
          <Skeleton width="100%" height={firstHeight} />
        </>
      ) : null}
      {query.isError ? (
        <p className={styles.failed} role="alert">
          The layout could not be loaded. {sentenceOf(query.error)}{' '}
          <LinkButton onClick={() => void query.refetch()}>Try again</LinkButton>
        </p>
      ) : null}
      {query.data?.hasRemotePictures && !withPictures ? (
        <p className={styles.pictures}>
          Pictures from other servers are not shown.{' '}
          <LinkButton onClick={() => setWithPictures(true)}>Show pictures</LinkButton>
        </p>
      ) : null}
      {html === undefined ? null : <Frame html={html} />}
    </div>
  );
}

const attachmentsIn = (html: string): number[] =>
  [...html.matchAll(/\/api\/v1\/attachments\/(\d+)\?/g)].map(match => Number(match[1]));

/** Whether it has been in sight, or nearly: what nobody scrolls to is not loaded. */
function useIsNear(place: RefObject<HTMLElement | null>): boolean {
  const [isNear, setIsNear] = useState(false);
  useEffect(() => {
    if (isNear || !place.current) return;
    const observer = new IntersectionObserver(
      entries => {
        if (entries.some(entry => entry.isIntersecting)) setIsNear(true);
      },
      { rootMargin: nearness },
    );
    observer.observe(place.current);
    return () => observer.disconnect();
  }, [isNear, place]);
  return isNear;
}

/**
 * Of our own origin, so that its height can be measured and its pictures are ours; without `allow-scripts` nothing in it
 * can make use of that.
 */
const sandbox = 'allow-same-origin allow-popups allow-popups-to-escape-sandbox';

function Frame({ html }: { html: string }) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [height, setHeight] = useState(firstHeight);
  const page = useMemo(() => framePage(html, location.origin), [html]);
  const [loaded, setLoaded] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each load brings another document
  useEffect(() => {
    const element = frame.current;
    const body = element?.contentDocument?.body;
    if (!element || !body) return;
    const scroller = scrollerOf(element);
    const measure = () => {
      const bar = element.clientHeight - (element.contentDocument?.documentElement.clientHeight ?? 0);
      const next = Math.ceil(body.getBoundingClientRect().height) + Math.max(0, bar);
      const { top, height: before } = element.getBoundingClientRect();
      flushSync(() => setHeight(next));
      // It grew above what is being read: that stays where it is.
      if (scroller && top < scroller.getBoundingClientRect().top) scroller.scrollTop += next - before;
    };
    const observer = new ResizeObserver(measure);
    observer.observe(body);
    return () => observer.disconnect();
  }, [loaded]);
  return (
    <iframe
      ref={frame}
      className={styles.frame}
      style={{ blockSize: height }}
      title="The mail as it was laid out"
      sandbox={sandbox}
      referrerPolicy="no-referrer"
      srcDoc={page}
      onLoad={() => setLoaded(count => count + 1)}
    />
  );
}
